import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { bestFitting, type RateSearch } from "./rate_search.ts";

/** A coder whose file sizes are given, and which counts its encodes. */
function coder(sizes: readonly number[]): RateSearch & { encodes: number[] } {
  const encodes: number[] = [];
  return {
    encodes,
    qualities: sizes.map((_, index) => index + 100),
    sizes: new Map(),
    encode: (quality) => {
      encodes.push(quality);
      return Promise.resolve(new Uint8Array(sizes[quality - 100]!));
    },
  };
}

Deno.test("the search finds the first quality that fits, for any falling sizes and any budget", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 60 }),
      fc.array(fc.integer({ min: 0, max: 5200 }), { minLength: 1, maxLength: 6 }),
      async (values, budgets) => {
        const sizes = values.sort((a, b) => b - a);
        const one = coder(sizes);
        for (const budget of budgets) { // one table of sizes for all: as in a sweep over SNR
          const expected = sizes.findIndex((size) => size <= budget);
          const found = await bestFitting(one, budget);
          assertEquals(found?.quality ?? -1, expected < 0 ? -1 : expected + 100);
          assertEquals(found?.file.length, sizes[expected]);
        }
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});

Deno.test("geometric sizes, as of x265, take few encodes, and a second budget fewer", async () => {
  const sizes = Array.from({ length: 52 }, (_, qp) => Math.round(400_000 * 0.87 ** qp) + 20);
  const one = coder(sizes);
  await bestFitting(one, 10_627);
  const first = one.encodes.length;
  assert(first <= 6, `${first} encodes`);
  await bestFitting(one, 6_320);
  assert(one.encodes.length - first <= 3, `${one.encodes.length - first} more encodes`);
});

Deno.test("no search makes more than 2 log2(n) + 2 encodes, however odd the sizes", async () => {
  const cliff = Array.from({ length: 52 }, (_, qp) => qp < 51 ? 1e6 - qp : 1);
  const one = coder(cliff);
  assertEquals((await bestFitting(one, 10))?.quality, 151);
  assert(one.encodes.length <= 14, `${one.encodes.length} encodes`);
});

Deno.test("nothing fits a budget of no bytes", async () => {
  assertEquals(await bestFitting(coder([9, 3, 1]), 0), null);
});
