import { assert, assertEquals } from "@std/assert";
import { kernel } from "./kernel/load.ts";
import * as ldpc from "./mod.ts";
import { TestRandom } from "./testing/random.ts";

/** A value that is often right, sometimes at the edge and sometimes nonsense. */
function value(random: TestRandom, likely: number): number {
  const nonsense = [0, -1, 1.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 53, -0, 1e-300];
  return random.unit() < 0.06 ? random.pick(nonsense) : likely;
}

/** LLRs or symbols with occasional odd values and lengths. */
function floats(random: TestRandom, length: number): Float32Array {
  const wrong = random.unit() < 0.05 ? random.integer(-3, 3) : 0;
  const out = new Float32Array(
    Math.min(50_000, Math.max(0, (Number.isFinite(length) ? Math.floor(length) : 0) + wrong)),
  );
  const size = random.pick([0, 1, 10, 1e30]);
  for (let i = 0; i < out.length; i++) out[i] = (random.unit() - 0.4) * size;
  if (random.unit() < 0.05 && out.length > 0) {
    out[random.integer(0, out.length - 1)] = random.pick([NaN, Infinity, -Infinity]);
  }
  return out;
}

function bits(random: TestRandom, length: number): Uint8Array {
  const wrong = random.unit() < 0.05 ? random.integer(-3, 3) : 0;
  const out = random.bits(
    Math.min(50_000, Math.max(0, (Number.isFinite(length) ? Math.floor(length) : 0) + wrong)),
  );
  if (random.unit() < 0.05 && out.length > 0) out[random.integer(0, out.length - 1)] = 7;
  return out;
}

function decoder(random: TestRandom): ldpc.DecodeOptions {
  return {
    algorithm: random.unit() < 0.9
      ? "int8-offset-min-sum"
      : random.pick(["offset-min-sum", "sum-product"] as const),
    iterations: value(random, random.integer(1, 3)),
    earlyStop: random.unit() < 0.5,
    offset: value(random, random.unit()),
    scale: value(random, random.pick([1, 4, 16])),
    clip: value(random, random.integer(1, 63)),
  };
}

const order = (random: TestRandom): 2 =>
  (random.unit() < 0.95 ? random.pick([1, 2, 4, 6, 8, 10]) : random.pick([0, 3, 5, NaN])) as 2;

/** One call of the public interface with random arguments. */
const CALLS: readonly ((random: TestRandom) => void)[] = [
  (random) => {
    const k = value(
      random,
      random.unit() < 0.9 ? random.integer(1, 400) : random.integer(400, 8448),
    );
    const rate = 0.1 + 0.85 * random.unit();
    const n = value(random, Math.ceil(k / rate));
    const code = ldpc.nrCode({
      k,
      n: n <= 20_000 ? n : value(random, 100),
      rv: value(random, random.integer(0, 3)) as 0,
      ...(random.unit() < 0.3 ? { nRef: value(random, random.integer(1, 3 * k)) } : {}),
    });
    code.decode(floats(random, code.n), decoder(random));
    code.encode(bits(random, code.k));
  },
  (random) => {
    const code = ldpc.nrBaseCode({
      baseGraph: value(random, random.pick([1, 2])) as 1,
      liftingSize: value(
        random,
        random.unit() < 0.9 ? random.pick(ldpc.LIFTING_SIZES.slice(0, 12)) : random.integer(1, 400),
      ),
    });
    code.encode(bits(random, code.k));
    code.decode(floats(random, code.n), decoder(random));
  },
  (random) => {
    const code = ldpc.wifiCode({
      n: value(random, random.pick([648, 1296, 1944])) as 648,
      rate: value(random, random.pick([1 / 2, 2 / 3, 3 / 4, 5 / 6])),
    });
    code.decodeBatch(floats(random, code.n * random.integer(0, 2)), decoder(random));
  },
  (random) => {
    const size = value(random, 8 * random.integer(1, 100));
    const bitsPerSymbol = order(random);
    const options = {
      size,
      codeRate: value(random, 0.1 + 0.8 * random.unit()),
      codedBits: value(random, 120 * random.integer(1, 30)),
      bitsPerSymbol,
      layers: value(random, random.integer(1, 4)) as 1,
      rv: value(random, random.integer(0, 3)) as 0,
      ...(random.unit() < 0.3 ? { limitedBufferSize: value(random, random.integer(1, 5000)) } : {}),
    };
    if (options.codedBits > 10_000) options.codedBits = 120;
    const coder = new ldpc.TransportBlockCoder(options);
    coder.encode(bits(random, size));
    const soft = new ldpc.SoftBuffer(coder.segmentation);
    coder.decode(
      floats(random, options.codedBits),
      decoder(random),
      random.unit() < 0.5 ? soft : undefined,
    );
  },
  (random) => {
    const ppdu = ldpc.wifiPpdu({
      rate: random.pick(["1/2", "2/3", "3/4", "5/6", "1/3"]) as "1/2",
      dataBits: value(random, random.integer(1, 3000)),
      bitsPerOfdmSymbol: value(random, random.integer(1, 600)),
      stbc: random.unit() < 0.5,
    });
    if (ppdu.codedBits > 20_000) return;
    ppdu.encode(bits(random, 500));
    ppdu.decode(floats(random, ppdu.codedBits), decoder(random));
  },
  (random) => {
    const count = random.integer(0, 60);
    ldpc.demap(floats(random, 2 * count), {
      bitsPerSymbol: order(random),
      noiseVariance: value(random, random.unit()),
      method: random.pick(["exact", "max-log"]),
      gains: random.unit() < 0.5 ? floats(random, 2 * count) : null,
    });
    ldpc.modulate(bits(random, 120), order(random));
  },
  (random) => {
    const options = {
      baseGraph: value(random, random.pick([1, 2])) as 1,
      liftingSize: value(random, random.pick(ldpc.LIFTING_SIZES.slice(0, 20))),
      messageBits: value(random, random.integer(1, 300)),
      sentBits: value(random, random.integer(1, 2000)),
      rv: value(random, random.integer(0, 3)) as 0,
      nRef: value(random, random.integer(1, 3000)),
    };
    if (options.sentBits > 10_000) options.sentBits = 5;
    ldpc.rateRecover(floats(random, options.sentBits), options);
    ldpc.segment(bits(random, value(random, random.integer(1, 9000))), options.baseGraph);
  },
  (random) => {
    ldpc.transportBlockSize({
      resourceElements: value(random, random.integer(1, 168)),
      resourceBlocks: value(random, random.integer(1, 275)),
      bitsPerSymbol: value(random, 4),
      codeRate: value(random, random.unit()),
    });
    ldpc.crc(random.pick(["24A", "16", "x"]) as "16", bits(random, 100));
    ldpc.bytesToBits(bits(random, 10), value(random, 70));
    ldpc.fittingBlockSize(value(random, random.integer(1, 50_000)), value(random, random.unit()));
  },
];

Deno.test("20,000 random calls end well or in a refusal, and memory stays as it is", () => {
  const random = new TestRandom(50);
  const size = kernel!.memory.soft.buffer.byteLength;
  let refused = 0, done = 0, middle = 0;
  for (let call = 0; call < 20_000; call++) {
    try {
      random.pick(CALLS)(random);
      done++;
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      assert(/; got |: a /.test(error.message), `call ${call}: ${error.message}`);
      refused++;
    }
    if (call === 10_000) middle = Deno.memoryUsage().rss;
  }
  assert(done > 2000 && refused > 2000, `${done} done, ${refused} refused`);
  assertEquals(kernel!.memory.soft.buffer.byteLength, size);
  const growth = (Deno.memoryUsage().rss - middle) / 2 ** 20;
  // the garbage that a collector leaves for later is tens of MiB; 10,000 leaks of one block are more
  assert(growth < 256, `the second half of the calls grew the process by ${growth} MiB`);
  // And it still works.
  const code = ldpc.nrCode({ k: 500, n: 1000 });
  const message = random.bits(500);
  assertEquals(code.decode(random.llrs(code.encode(message), 0.5)).bits, message);
});
