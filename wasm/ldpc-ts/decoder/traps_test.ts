/**
 * What is known to go wrong in LDPC decoders of this kind, each with random messages.
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { nrBaseCode, nrCode } from "../nr/code.ts";
import { runBatch } from "../monte_carlo/pool.ts";
import { TestRandom } from "../testing/random.ts";
import { wifiCode } from "../wifi/code.ts";
import { typescriptEngine } from "./engine.ts";
import { type Algorithm, decoderSettings } from "./options.ts";
import { checkReplies } from "./sum_product.ts";

const ALGORITHMS: readonly Algorithm[] = [
  "int8-offset-min-sum",
  "offset-min-sum",
  "normalised-min-sum",
  "sum-product",
];

const NOISE_AT_2_DB = 10 ** -0.2; // Eb/N0 = Es/N0 for QPSK at rate 1/2

Deno.test("40 iterations without a stop keep every word that was found (saturation)", () => {
  for (const code of ["nr:8448,16896", "nr:3840,7680"]) {
    const link = {
      code,
      bitsPerSymbol: 2,
      seed: 40,
      decoder: { iterations: 40, earlyStop: false },
    } as const;
    const tally = runBatch({ link, noiseVariance: NOISE_AT_2_DB, firstBlock: 0, blocks: 100 });
    assertEquals(tally.blockErrors, 0);
    assertEquals(tally.iterations, 100 * 40);
  }
});

Deno.test("early stop fires although some bits of degree one stay wrong", () => {
  // With a clip of 20 of 127 steps the channel value outweighs any message, so wrong ones stay.
  const link = {
    code: "nr:8448,16896",
    bitsPerSymbol: 2,
    seed: 41,
    decoder: { iterations: 20, clip: 20 },
  } as const;
  const tally = runBatch({ link, noiseVariance: NOISE_AT_2_DB, firstBlock: 0, blocks: 50 });
  assertEquals(tally.blockErrors, 0);
  assert(tally.iterations < 50 * 10, `mean ${tally.iterations / 50}, about 6 are enough`);
});

Deno.test("an offset of 0.25 costs far more than one of 0.75, 0.5 is best", () => {
  const lost = [0.25, 0.5, 0.75].map((offset) => {
    const decoder = { iterations: 20, offset };
    const link = { code: "nr:8448,16896", bitsPerSymbol: 2, seed: 42, decoder } as const;
    return runBatch({ link, noiseVariance: 10 ** -0.11, firstBlock: 0, blocks: 150 }).blockErrors;
  }) as [number, number, number];
  // 150 blocks at rates of about 0.8, 0.01 and 0.08: expected 120, 2 and 12.
  assert(lost[0] > 90 && lost[1] < 10 && lost[2] < 40 && lost[1] <= lost[2], String(lost));
});

Deno.test("words of nothing but erasures do not converge, whatever the algorithm", () => {
  for (const algorithm of ALGORITHMS) {
    for (const code of [nrCode({ k: 100, n: 200 }), wifiCode({ n: 648, rate: "3/4" })]) {
      const result = code.decode(new Float32Array(code.n), { algorithm, iterations: 5 });
      assertEquals([result.converged, result.iterations], [false, 5]);
      assert(result.bits.every((bit) => bit === 0));
    }
  }
});

Deno.test("fillers decode as zeros: more of them than punctured bits, and in unused columns", () => {
  const random = new TestRandom(43);
  for (const [k, n] of [[20, 80], [193, 500], [561, 1200], [641, 1500], [4225, 9000]] as const) {
    const code = nrCode({ k, n });
    for (const algorithm of ALGORITHMS) {
      const message = random.bits(k);
      const result = code.decode(random.llrs(code.encode(message), 0.5), { algorithm });
      assert(result.converged, `${k} ${algorithm}`);
      assertEquals(result.bits, message);
    }
  }
});

Deno.test("all algorithms decode what one iteration cannot, and agree where noise is low", () => {
  const random = new TestRandom(44);
  const code = nrBaseCode({ baseGraph: 2, liftingSize: 20 });
  const message = random.bits(code.k);
  const llrs = random.llrs(code.encode(message), 0.9);
  for (const algorithm of ALGORITHMS) {
    const schedules = algorithm === "sum-product"
      ? ["layered", "flooding"] as const
      : ["layered"] as const;
    for (const schedule of schedules) {
      const result = code.decode(llrs, { algorithm, schedule, iterations: 40 });
      assertEquals(result.bits, message, `${algorithm} ${schedule}`);
      assert(result.converged && result.iterations > 1);
    }
  }
});

Deno.test("flooding takes more iterations than layers, about twice as many", () => {
  const iterations = (["layered", "flooding"] as const).map((schedule) => {
    const decoder = { algorithm: "sum-product", schedule, iterations: 60 } as const;
    const link = { code: "wifi:648,1/2", bitsPerSymbol: 2, seed: 45, decoder } as const;
    return runBatch({ link, noiseVariance: NOISE_AT_2_DB, firstBlock: 0, blocks: 40 }).iterations;
  });
  const ratio = iterations[1]! / iterations[0]!;
  assert(ratio > 1.4 && ratio < 2.6, `ratio ${ratio}`);
});

Deno.test("a check of sum-product equals 2 atanh of the product of tanh, with zeros and certainty", () => {
  const reply = new Float64Array(4);
  checkReplies(Float64Array.of(0.5, -1.25, 3, 0.75), reply);
  const direct = (...others: number[]): number =>
    2 * Math.atanh(others.reduce((product, x) => product * Math.tanh(x / 2), 1));
  assertAlmostEquals(reply[0]!, direct(-1.25, 3, 0.75), 1e-12);
  assertAlmostEquals(reply[3]!, direct(0.5, -1.25, 3), 1e-12);
  checkReplies(Float64Array.of(0, 2, -3, 1), reply);
  assertEquals([...reply.subarray(1)].map((value) => Math.abs(value)), [0, 0, 0]);
  assertAlmostEquals(reply[0]!, direct(2, -3, 1), 1e-12);
  checkReplies(Float64Array.of(1000, 1000, -1000, 2), reply);
  assertAlmostEquals(reply[3]!, -2 * Math.atanh(1 - 2 ** -53), 1e-12);
  assertAlmostEquals(reply[0]!, -2, 1e-12);
});

Deno.test("options are refused by name", () => {
  const code = nrCode({ k: 50, n: 100 });
  const refusals: [object, string][] = [
    [{ iterations: 0 }, "iterations: an integer from 1 to 1000; got 0"],
    [{ iterations: 2.5 }, "got 2.5"],
    [{ offset: -1 }, "offset: a number from 0 to 8; got -1"],
    [{ factor: 0 }, "factor"],
    [{ scale: NaN }, "scale: a number from 0.25 to 32; got NaN"],
    [{ algorithm: "turbo" }, 'got "turbo"'],
    [{ schedule: "flooding" }, 'schedule: "layered" with int8-offset-min-sum; got "flooding"'],
    [{ earlyStop: 1 }, "earlyStop: one of true, false; got 1"],
  ];
  for (const [options, text] of refusals) {
    let message = "";
    try {
      code.decode(new Float32Array(100), options);
    } catch (error) {
      if (error instanceof RangeError) message = error.message;
    }
    assert(message.includes(text), `"${text}" is not in "${message}"`);
  }
});

Deno.test("a batch is decoded as its blocks are", () => {
  const random = new TestRandom(46);
  const code = wifiCode({ n: 648, rate: "2/3" });
  const messages = [0, 1, 2].map(() => random.bits(code.k));
  const llrs = messages.map((message) => random.llrs(code.encode(message), 0.6));
  const together = Float32Array.from(llrs.flatMap((part) => [...part]));
  for (const algorithm of ["int8-offset-min-sum", "sum-product"] as const) {
    const batch = code.decodeBatch(together, { algorithm });
    for (const [i, part] of llrs.entries()) {
      const one = code.decode(part, { algorithm });
      assertEquals(batch.bits.slice(i * code.k, (i + 1) * code.k), one.bits);
      assertEquals([batch.converged[i], batch.iterations[i]], [
        one.converged ? 1 : 0,
        one.iterations,
      ]);
    }
  }
  assertEquals(code.decodeBatch(new Float32Array(0)).bits.length, 0);
});

Deno.test("the plain engine meets the same vectors of decisions: it can stand in for the kernel", () => {
  const random = new TestRandom(47);
  const code = nrCode({ k: 300, n: 700, bitsPerSymbol: 4 });
  const message = random.bits(300);
  const llrs = random.llrs(typescriptEngine.encode(code, message), 0.7);
  const result = typescriptEngine.decode(code, llrs, decoderSettings());
  assertEquals(result.bits.slice(0, 300), message);
});
