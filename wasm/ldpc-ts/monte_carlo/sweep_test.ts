import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  axisLevels,
  bitsPerAxis,
  type BitsPerSymbol,
  MODULATION_ORDERS,
} from "../modulation/constellation.ts";
import { localPool, type Pool, runBatch, workerPool } from "./pool.ts";
import { type Point, sweep, type SweepOptions } from "./sweep.ts";

async function points(options: SweepOptions, pool: Pool = localPool()): Promise<Point[]> {
  const found: Point[] = [];
  for await (const point of sweep(options, pool)) found.push(point);
  pool.close();
  return found;
}

/** All but what depends on the clock. */
function timeless({ seconds: _, megabitsPerSecond: __, ...rest }: Point): object {
  return rest;
}

const SHORT: SweepOptions = {
  code: "wifi:648,1/2",
  bitsPerSymbol: 2,
  snrsDb: [0, 1],
  seed: 5,
  targetErrors: 400,
  maxBlocks: 6000,
};

Deno.test("one, two and three workers give the same points", async () => {
  const alone = (await points(SHORT)).map(timeless);
  for (const width of [2, 3]) {
    assertEquals((await points(SHORT, workerPool(width))).map(timeless), alone);
  }
});

Deno.test("a block is the same in any batch, and its noise the same at any SNR", () => {
  const link = { code: "nr:500,1000", bitsPerSymbol: 4, seed: 7 } as const;
  const whole = runBatch({ link, noiseVariance: 0.3, firstBlock: 10, blocks: 40 });
  const parts = [10, 25, 30].map((firstBlock, i) =>
    runBatch({ link, noiseVariance: 0.3, firstBlock, blocks: [15, 5, 20][i]! })
  );
  assertEquals(parts.reduce((sum, part) => sum + part.bitErrors, 0), whole.bitErrors);
  assertEquals(
    parts.reduce((sum, part) => sum + part.channelBitErrors, 0),
    whole.channelBitErrors,
  );
  // With common noise, more noise never gives fewer wrong signs of QPSK.
  const qpsk = { ...link, bitsPerSymbol: 2 } as const;
  const errors = [0.2, 0.4, 0.8].map((noiseVariance) =>
    runBatch({ link: qpsk, noiseVariance, firstBlock: 3, blocks: 1 }).channelBitErrors
  );
  assert(errors[0]! <= errors[1]! && errors[1]! <= errors[2]!, String(errors));
});

Deno.test("every point says why it stopped", async () => {
  const [lossy, clean] = await points({ ...SHORT, snrsDb: [-3, 6], maxBlocks: 2000 });
  assertEquals([lossy!.stopped, clean!.stopped], ["errors", "blocks"]);
  assertEquals(clean!.tally.blocks, 2000);
  assertEquals(clean!.tally.blockErrors, 0);
  const [late] = await points({ ...SHORT, snrsDb: [6], maxBlocks: 1e6, maxSeconds: 0 });
  assertEquals(late!.stopped, "time");
});

Deno.test("Eb/N0 and Es/N0 differ by the bits per symbol", async () => {
  const options = { ...SHORT, snrsDb: [1], maxBlocks: 10, bitsPerSymbol: 4 } as const;
  const [symbol] = await points(options);
  const [bit] = await points({ ...options, scale: "ebn0", snrsDb: [1 - 10 * Math.log10(2)] });
  assert(Math.abs(symbol!.ebN0Db - bit!.ebN0Db) < 1e-12);
  assertEquals(symbol!.tally, bit!.tally);
});

Deno.test("a fault in a worker is an error of the sweep, and the pool goes on", async () => {
  const pool = workerPool(1);
  const link = { code: "wifi:648,1/2", bitsPerSymbol: 2, seed: 1 } as const;
  const batch = { link, noiseVariance: 0.5, firstBlock: 0, blocks: 2 };
  const odd = { ...batch, link: { ...link, code: "wifi:600,1/2" } };
  await assertRejects(() => pool.run(odd), Error, "648, 1296, 1944; got 600");
  assertEquals((await pool.run(batch)).blocks, 2);
  pool.close();
});

Deno.test("options out of range are refused before anything is simulated", async () => {
  const refused = (change: Partial<SweepOptions>, text: string): Promise<Error> =>
    assertRejects(() => points({ ...SHORT, ...change }), Error, text);
  await refused({ targetErrors: 0 }, "targetErrors: an integer from 1");
  await refused({ snrsDb: [NaN] }, "SNR in dB: a number from -100 to 100; got NaN");
  await refused({ code: "turbo:1" }, 'got "turbo:1"');
  await refused({ code: "nr:1,2,3,4" }, 'got "nr:1,2,3,4"');
  await refused({ code: "wifi:648,1/2", bitsPerSymbol: 10 }, "a multiple of 10 sent bits; got 648");
  await refused({ seed: -1 }, "seed");
  await refused({ decoder: { iterations: 0 } }, "iterations");
});

Deno.test("the wrong signs without a code are as many as the closed form says, all modulations", () => {
  const codes: Record<BitsPerSymbol, string> = {
    1: "wifi:1944,1/2",
    2: "wifi:1944,1/2",
    4: "wifi:1944,1/2",
    6: "wifi:1944,1/2",
    8: "wifi:1944,1/2",
    10: "nr:4000,8000",
  };
  for (const bitsPerSymbol of MODULATION_ORDERS) {
    for (const esN0Db of [0, 6, 12]) {
      const noiseVariance = 10 ** (-esN0Db / 10);
      const link = {
        code: codes[bitsPerSymbol],
        bitsPerSymbol,
        seed: 11,
        decoder: { iterations: 1 },
      };
      const tally = runBatch({ link, noiseVariance, firstBlock: 0, blocks: 200 });
      const bits = 200 * (bitsPerSymbol === 10 ? 8000 : 1944);
      const wanted = uncodedBitErrorRate(bitsPerSymbol, noiseVariance);
      // Bits of one axis err together at worst: variance of the mean at most p * bits per axis / N.
      // Five standard deviations, and three errors where hardly any are expected.
      const bound = 5 * Math.sqrt(wanted * bitsPerAxis(bitsPerSymbol) / bits) + 3 / bits;
      const measured = tally.channelBitErrors / bits;
      assert(
        Math.abs(measured - wanted) <= bound,
        `${bitsPerSymbol} bits at ${esN0Db} dB: ${measured} for ${wanted} +- ${bound}`,
      );
    }
  }
});

/** Sum over levels of the probability that noise carries them to a level that differs in the bit. */
function uncodedBitErrorRate(bitsPerSymbol: BitsPerSymbol, noiseVariance: number): number {
  if (bitsPerSymbol === 1) return tail(Math.sqrt(2 / noiseVariance));
  const bits = bitsPerAxis(bitsPerSymbol);
  const levels = axisLevels(bits);
  const unit = 1 / Math.sqrt(2 * levels.reduce((sum, a) => sum + a * a, 0) / levels.length);
  const deviation = Math.sqrt(noiseVariance / 2) / unit; // on odd integers
  const most = levels.length - 1;
  let rate = 0;
  for (const [sent, from] of levels.entries()) {
    for (const [decided, to] of levels.entries()) {
      const low = to === -most ? -Infinity : to - 1, high = to === most ? Infinity : to + 1;
      const chance = tail((low - from) / deviation) - tail((high - from) / deviation);
      rate += chance * popcount(sent ^ decided) / bits / levels.length;
    }
  }
  return rate;
}

function popcount(x: number): number {
  return x === 0 ? 0 : (x & 1) + popcount(x >> 1);
}

/** P(standard normal > x): Simpson's rule on the density, exact to 1e-9. */
function tail(x: number): number {
  if (x === -Infinity) return 1;
  if (x < 0) return 1 - tail(-x);
  if (x > 12) return 0;
  const steps = 2000, width = (12 - x) / steps;
  const density = (t: number): number => Math.exp(-t * t / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(x) + density(12);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * density(x + i * width);
  return sum * width / 3;
}
