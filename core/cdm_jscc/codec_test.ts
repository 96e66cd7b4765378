/**
 * The codec with untrained weights: what must hold whatever it has learnt.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { awgn } from "../../channels/awgn.ts";
import { rayleigh } from "../../channels/rayleigh.ts";
import { hostFor, Memo } from "../../sim/host.ts";
import type { Channel } from "../channel.ts";
import type { Codec, Reception, Session, Transmission } from "../codec.ts";
import { CapabilityError, DataError, OptionError } from "../errors.ts";
import type { RgbImage } from "../image.ts";
import { type OptionValues, parseOptions } from "../options.ts";
import { fillUniforms, randomBits, rootKey } from "../random.ts";
import { openTensors } from "../tensor/backend.ts";
import { packBits } from "../bits.ts";
import { channelUseBudget, noiseVariance } from "../units.ts";
import { COMPACT, REDUCED } from "./architecture.ts";
import plugin from "./plugin.ts";
import { writeSampleCheckpoint } from "./sample_checkpoint.ts";

const folder = await Deno.makeTempDir();
const checkpoint = await writeSampleCheckpoint(COMPACT, folder);
const reduced = await writeSampleCheckpoint(REDUCED, folder);
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
await openTensors();

const SESSION: Session = { cbr: 1 / 48, snrDb: 10, channel: "awgn", sideInformation: "ideal" };
const KEY = rootKey(5);

async function withCodec<T>(
  options: OptionValues,
  work: (codec: Codec) => Promise<T>,
  session: Partial<Session> = {},
): Promise<T> {
  const values = parseOptions(plugin.options, { checkpoint, steps: 1, ...options }, "cdm-jscc");
  const host = hostFor(awgn.create({}), new Memo(2 ** 20));
  const codec = await plugin.create({ ...SESSION, ...session }, values, host);
  try {
    return await work(codec);
  } finally {
    codec.dispose();
  }
}

/** Waves and grain; the left half is smooth. */
function picture(width: number, height: number): RgbImage {
  const grain = new Float64Array(width * height), data = new Uint8Array(3 * width * height);
  fillUniforms(rootKey(width * 10007 + height), grain);
  for (const [pixel, draw] of grain.entries()) {
    const x = pixel % width, y = Math.floor(pixel / width);
    const rough = x < width / 2 ? 0 : 90 * (draw - 0.5);
    for (let c = 0; c < 3; c++) {
      const wave = 60 * Math.sin(x / 23 + c) + 40 * Math.cos(y / 17);
      data[3 * pixel + c] = Math.max(0, Math.min(255, 128 + wave + rough));
    }
  }
  return { width, height, data };
}

function receive(
  { symbols, side }: Transmission,
  { width, height }: RgbImage,
  channel: Channel = awgn.create({}),
): Reception {
  const output = channel.transmit(symbols, SESSION.snrDb, KEY.derive("channel"));
  return {
    ...output,
    noiseVariance: noiseVariance(SESSION.snrDb),
    side: side.bytes,
    genie: null,
    width,
    height,
  };
}

async function encodeOne(codec: Codec, image: RgbImage): Promise<Transmission> {
  return (await codec.encode([image], [KEY]))[0]!;
}

for (const [width, height] of [[1, 1], [2, 3], [63, 65], [64, 64], [200, 17], [17, 200]] as const) {
  Deno.test(`a picture of ${width} x ${height} crosses the channel`, () =>
    withCodec({}, async (codec) => {
      const image = picture(width, height), sent = await encodeOne(codec, image);
      const patches = 16 * Math.ceil(width / 64) * Math.ceil(height / 64);
      assert(sent.symbols.length / 2 >= 3 * patches, "the padding is sent and paid for");
      const [shown] = await codec.decode([receive(sent, image)], [KEY]);
      assertEquals(shown!.outage, false);
      assertEquals([shown!.image.width, shown!.image.height], [width, height]);
    }));
}

for (const rate of ["image", "fixed"]) {
  Deno.test(`rate=${rate} keeps the budget of every picture and uses most of it`, () =>
    withCodec({ rate }, async (codec) => {
      const image = picture(128, 128), { symbols, side } = await encodeOne(codec, image);
      const budget = channelUseBudget(SESSION.cbr, image);
      const uses = symbols.length / 2 + Math.ceil(side.bits / awgn.create({}).capacity(10, null));
      assert(uses <= budget, `${uses} of ${budget}`);
      // The next rate of all 64 patches is 192 uses more; of one patch, 3.
      assert(uses > budget - (rate === "fixed" ? 192 : 60), `${uses} of ${budget}`);
      const [shown] = await codec.decode([receive({ symbols, side }, image)], [KEY]);
      assertEquals(shown!.outage, false);
    }));
}

Deno.test("rate=image sends nothing where not even the lowest rates fit, and that is an outage", () =>
  withCodec({ rate: "image" }, async (codec) => {
    const image = picture(20, 20), sent = await encodeOne(codec, image);
    assertEquals(sent.symbols.length, 0);
    const [shown] = await codec.decode([{ ...receive(sent, image), side: null }], [KEY]);
    assertEquals(shown!.outage, true);
    assert(shown!.image.data.every((value) => value === 128));
  }));

Deno.test("rate=average takes eta from the weights: rough pictures get more", () =>
  withCodec({}, async (codec) => {
    const rough = picture(128, 128);
    const flat = { ...rough, data: new Uint8Array(rough.data.length).fill(90) };
    const [a, b] = await codec.encode([rough, flat], [KEY, KEY]);
    assert(a!.symbols.length !== b!.symbols.length);
  }));

Deno.test("rate=average at a CBR that eta is not calibrated for meets it for each picture, and says so", () =>
  withCodec({}, async (codec) => {
    assert(codec.notes!.some((note) => note.includes("eta is not calibrated")));
    assert(codec.notes!.some((note) => note.includes("1/48")));
    const image = picture(128, 64), { symbols, side } = await encodeOne(codec, image);
    const uses = symbols.length / 2 + Math.ceil(side.bits / awgn.create({}).capacity(10, null));
    assert(uses <= channelUseBudget(1 / 30, image));
  }, { cbr: 1 / 30 }));

for (
  const options of [
    { side: "published" },
    { power: "free" },
    { mask: "sequential" },
    { mask: "random" },
    { sampler: "ancestral", steps: 3, checkpoint: reduced },
    { gamma: 0, checkpoint: reduced },
  ] as const
) {
  const [[name, value]] = Object.entries(options) as [[string, unknown]];
  Deno.test(`option ${name}=${value} works and changes the result`, async () => {
    const image = picture(64, 64);
    const { steps = 1, checkpoint: file = checkpoint } = options as Partial<
      { steps: number; checkpoint: string }
    >;
    const run = (options: OptionValues): Promise<[Transmission, RgbImage]> =>
      withCodec({ steps, checkpoint: file, ...options }, async (codec) => {
        const sent = await encodeOne(codec, image);
        const [shown] = await codec.decode([receive(sent, image)], [KEY]);
        assertEquals(shown!.outage, false);
        return [sent, shown!.image];
      });
    const [plain, chosen] = [await run({}), await run(options)];
    const differs = (a: Uint8Array | Float32Array, b: Uint8Array | Float32Array): boolean =>
      a.length !== b.length || a.some((x, i) => x !== b[i]);
    assert(
      differs(plain[0].symbols, chosen[0].symbols) ||
        differs(plain[0].side.bytes, chosen[0].side.bytes) ||
        differs(plain[1].data, chosen[1].data),
    );
  });
}

for (const fading of ["block", "symbol"] as const) {
  Deno.test(`a picture crosses a Rayleigh channel with ${fading} fading`, () =>
    withCodec({}, async (codec) => {
      const image = picture(64, 64), channel = rayleigh.create({ fading });
      const [shown] = await codec.decode(
        [receive(await encodeOne(codec, image), image, channel)],
        [KEY],
      );
      assertEquals(shown!.outage, false);
      assert(codec.notes!.includes("weights trained over AWGN"));
    }, { channel: `rayleigh:fading=${fading}` }));
}

Deno.test("lost or damaged side information is an outage and never an error", () =>
  withCodec({}, async (codec) => {
    const image = picture(128, 64), received = receive(await encodeOne(codec, image), image);
    const show = async (side: Uint8Array | null): Promise<boolean> => {
      const [shown] = await codec.decode([{ ...received, side }], [KEY]);
      assertEquals(shown!.image.data.length, image.data.length);
      return shown!.outage;
    };
    assertEquals(await show(received.side), false);
    assertEquals(await show(null), true);
    assertEquals(await show(new Uint8Array(0)), true);
    for (let bit = 0; bit < 8 * received.side!.length; bit += 3) {
      const damaged = received.side!.slice();
      damaged[bit >> 3]! ^= 0x80 >> bit % 8;
      assertEquals(await show(damaged), true, `bit ${bit}`);
    }
    for (let seed = 0; seed < 100; seed++) {
      const bytes = packBits(randomBits(rootKey(seed), 8 * (seed % 20)));
      assertEquals(await show(bytes), true, `random bytes ${seed}`);
    }
  }));

Deno.test("symbols that are too few or too many for the map are an outage", () =>
  withCodec({}, async (codec) => {
    const image = picture(64, 64), received = receive(await encodeOne(codec, image), image);
    const { symbols } = received;
    for (const wrong of [symbols.subarray(2), new Float32Array(symbols.length + 2)]) {
      const [shown] = await codec.decode([{ ...received, symbols: wrong }], [KEY]);
      assertEquals(shown!.outage, true);
    }
  }));

Deno.test("a wrong SNR works and is noted", () =>
  withCodec({}, async (codec) => {
    const image = picture(64, 64);
    const [shown] = await codec.decode([receive(await encodeOne(codec, image), image)], [KEY]);
    assertEquals(shown!.outage, false);
    assert(codec.notes!.some((note) => note.includes("10 dB for -5 dB")));
  }, { snrDb: -5 }));

Deno.test("a CBR out of the rates' reach is refused with the range", async () => {
  for (const cbr of [1 / 10, 1 / 300, 1e-5]) {
    await assertRejects(
      () => withCodec({}, () => Promise.resolve(), { cbr }),
      OptionError,
      "from 1/256 to 1/16",
    );
  }
});

Deno.test("steps of 0 or more than the training had are refused", () => {
  for (const steps of [0, 8194, 1.5]) {
    assertThrows(() => parseOptions(plugin.options, { steps }, "x"), OptionError, "1 to 8193");
  }
});

Deno.test("a checkpoint of another preset is refused", async () => {
  await assertRejects(
    () => withCodec({ checkpoint: reduced, preset: "paper" }, () => Promise.resolve()),
    OptionError,
    "reduced",
  );
});

Deno.test("without a preset a checkpoint says which networks it is of", () =>
  withCodec({ checkpoint: reduced }, async (codec) => {
    assert(codec.version.includes("reduced"));
    const image = picture(64, 64);
    const [shown] = await codec.decode([receive(await encodeOne(codec, image), image)], [KEY]);
    assertEquals(shown!.outage, false);
  }));

Deno.test("a preset without weights is said in one line", async () => {
  const error = await assertRejects(
    () => withCodec({ checkpoint: "", preset: "paper" }, () => Promise.resolve()),
    CapabilityError,
    "no weights",
  );
  assert(!error.message.includes("\n"));
});

Deno.test("weights that were trained to predict the picture do not predict noise", async () => {
  await assertRejects(
    () => withCodec({ prediction: "epsilon" }, () => Promise.resolve()),
    OptionError,
    "trained for x",
  );
});

Deno.test("a picture that needs too much memory is refused with what fits", () =>
  withCodec({ checkpoint: reduced }, async (codec) => {
    const image = { width: 4000, height: 3000, data: new Uint8Array(36_000_000) };
    await assertRejects(() => codec.encode([image], [KEY]), DataError, "million pixels fit");
  }));
