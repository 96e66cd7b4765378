import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { TestRandom } from "../testing/random.ts";
import { EMPTY_TALLY } from "./link.ts";
import { bitErrorInterval, wilsonInterval } from "./statistics.ts";

Deno.test("the Wilson interval solves its defining equation and knows its ends", () => {
  const z = 1.959963984540054;
  for (const [errors, trials] of [[1, 10], [5, 10], [100, 8000], [3, 6000]] as const) {
    const { low, high } = wilsonInterval(errors, trials);
    for (const p of [low, high]) {
      assertAlmostEquals((errors / trials - p) ** 2, z * z * p * (1 - p) / trials, 1e-12);
    }
  }
  assertEquals(wilsonInterval(0, 50).low, 0);
  assertEquals(wilsonInterval(50, 50).high, 1);
  assertEquals(wilsonInterval(0, 0), { low: 0, high: 1 });
});

Deno.test("the interval of the bit error rate covers it in about 95 % of seeded experiments", () => {
  const random = new TestRandom(30);
  const experiments = 1000, blocks = 400, bits = 100;
  let covered = 0;
  for (let i = 0; i < experiments; i++) {
    const tally = { ...EMPTY_TALLY, blocks };
    for (let block = 0; block < blocks; block++) {
      const errors = random.unit() < 0.2 ? random.integer(1, 39) : 0; // mean 0.2 * 20 = 4
      tally.bitErrors += errors;
      tally.squaredBitErrors += errors * errors;
    }
    const { low, high } = bitErrorInterval(tally, bits);
    if (low <= 0.04 && 0.04 <= high) covered++;
  }
  // Four standard deviations of a proportion of 0.95, and 0.5 % for the normal approximation.
  assert(Math.abs(covered / experiments - 0.95) < 4 * Math.sqrt(0.95 * 0.05 / experiments) + 0.005);
});

Deno.test("without errors the interval of the bit error rate is that of the blocks", () => {
  const tally = { ...EMPTY_TALLY, blocks: 1000 };
  assertEquals(bitErrorInterval(tally, 100), wilsonInterval(0, 1000));
});
