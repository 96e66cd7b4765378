import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { FeatureRows, SetMetric } from "../core/metric.ts";
import { fillNormals, rootKey } from "../core/random.ts";
import { type PictureRows, setEstimate } from "./set_estimate.ts";

/** Squared distance of the means of one feature: its spread over pictures is known. */
const meanShift: SetMetric = {
  id: "mean-shift",
  kind: "set",
  title: "Mean shift",
  unit: "",
  better: "lower",
  digits: 3,
  reference: "none: a test",
  featureSet: "raw",
  features: () => Promise.reject(new Error("features are given")),
  distance: (original, received) =>
    weightedShift(original, received, new Array(original.length).fill(1)),
  resampled: (original, received) => (counts) => weightedShift(original, received, counts),
};

function weightedShift(a: FeatureRows, b: FeatureRows, counts: ArrayLike<number>): number {
  let sum = 0, total = 0;
  for (let row = 0; row < a.length; row++) {
    sum += (counts[row] as number) * ((b[row]?.[0] as number) - (a[row]?.[0] as number));
    total += counts[row] as number;
  }
  return sum / total;
}

function pictures(count: number, rows: number, seed: number): PictureRows[] {
  const shifts = new Float32Array(count);
  fillNormals(rootKey(seed), shifts);
  return Array.from(shifts, (shift) => ({
    original: Array.from({ length: rows }, (_, row) => Float32Array.of(row)),
    received: Array.from({ length: rows }, (_, row) => Float32Array.of(row + 5 + shift)),
  }));
}

Deno.test("the half-width is that of the mean over pictures, however many patches each has", () => {
  for (const rows of [1, 6]) {
    const estimate = setEstimate(meanShift, [pictures(24, rows, 3)]);
    assertEquals([estimate.count, estimate.rows], [24, 24 * rows]);
    const values = pictures(24, 1, 3).map(({ received }) => received[0]?.[0] as number);
    const average = values.reduce((sum, value) => sum + value) / 24;
    assertAlmostEquals(estimate.value ?? NaN, average, 1e-6);
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / 24;
    const truth = 1.96 * Math.sqrt(variance / 24);
    // a standard deviation from 200 resamples has a relative error of 1 / sqrt(400)
    const ratio = (estimate.halfWidth ?? NaN) / truth;
    assert(Math.abs(ratio - 1) < 4 / Math.sqrt(400), `${ratio}`);
  }
});

Deno.test("trials are averaged, pictures without rows do not count, and nothing gives nothing", () => {
  const some = pictures(5, 2, 1), none = { original: [], received: [] };
  const lifted = some.map(({ original, received }) => ({
    original,
    received: received.map((row) => row.map((value) => value + 1)),
  }));
  const one = setEstimate(meanShift, [some]), both = setEstimate(meanShift, [some, lifted]);
  assertAlmostEquals((both.value ?? NaN) - (one.value ?? NaN), 0.5, 1e-6);
  const holes = setEstimate(meanShift, [[none, ...some]]);
  assertEquals([holes.count, holes.rows, holes.value], [5, 10, one.value]);
  assertEquals(setEstimate(meanShift, [[none, none]]).value, null);
  assertEquals(setEstimate(meanShift, [some.slice(0, 1)]).halfWidth, null);
});
