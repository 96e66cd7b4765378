import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  BlerModel,
  blockErrorRate,
  fitWaterfall,
  type MeasuredPoint,
  normalQuantile,
  normalTail,
} from "./block_error_rate.ts";

Deno.test("the normal tail meets published values on both sides", () => {
  const table: [number, number][] = [
    [0, 0.5],
    [1, 0.15865525393145707],
    [1.96, 0.024997895148220435],
    [2, 0.0227501319481792],
    [3, 0.0013498980316301],
    [5, 2.8665157187919e-7],
    [7, 1.2798125438858e-12],
  ];
  for (const [z, tail] of table) {
    assertAlmostEquals(normalTail(z), tail, 1e-6 * tail);
    assertAlmostEquals(normalTail(-z), 1 - tail, 1e-12);
    assertAlmostEquals(normalQuantile(tail), z, 1e-6);
  }
});

function measured(mu: number, sigma: number, blocks: number): MeasuredPoint[] {
  return [-1, -0.5, 0, 0.5, 1, 2].map((offset) => {
    const snrDb = mu + 2 * sigma * offset;
    return { snrDb, blocks, errors: Math.round(blocks * normalTail((snrDb - mu) / sigma)) };
  });
}

Deno.test("a fit finds the waterfall that made the points, and extends it", () => {
  const fit = fitWaterfall(measured(6.4, 0.3, 1e6));
  assert(fit);
  assertAlmostEquals(fit.mu, 6.4, 1e-3);
  assertAlmostEquals(fit.sigma, 0.3, 1e-3);
  assertAlmostEquals(blockErrorRate(fit, 6.4 + 4 * 0.3), 3.1671e-5, 1e-6);
});

Deno.test("points without information give no fit", () => {
  assertEquals(fitWaterfall([]), undefined);
  assertEquals(fitWaterfall([{ snrDb: 1, blocks: 10, errors: 0 }]), undefined);
  assertEquals(
    fitWaterfall([{ snrDb: 1, blocks: 10, errors: 5 }, { snrDb: 2, blocks: 10, errors: 5 }]),
    undefined,
  );
});

Deno.test("between measured block sizes the waterfall lies between theirs", () => {
  const model = new BlerModel({
    curves: [
      { scheme: "nr 4 490", blockBits: 4000, points: measured(6, 0.2, 1e6) },
      { scheme: "nr 4 490", blockBits: 1000, points: measured(7, 0.4, 1e6) },
    ],
  });
  const mu = (bits: number): number | undefined => model.waterfall("nr 4 490", bits)?.mu;
  assertAlmostEquals(mu(2000)!, 6.5, 1e-3);
  assertAlmostEquals(mu(100)!, 7, 1e-3);
  assertAlmostEquals(mu(9000)!, 6, 1e-3);
  assertEquals(model.waterfall("nr 2 120", 100), undefined);
});
