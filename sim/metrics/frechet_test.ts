import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../core/errors.ts";
import { fillNormals, rootKey } from "../../core/random.ts";
import { frechetDistance, resampledFrechet } from "./frechet.ts";
import { kernelDistance, resampledKernel } from "./kernel_distance.ts";

function rows(name: string, count: number, length: number, scale = 1, shift = 0): Float32Array[] {
  return Array.from({ length: count }, (_, row) => {
    const values = new Float32Array(length);
    fillNormals(rootKey(2).derive(name, row), values);
    return values.map((value) => scale * value + shift);
  });
}

Deno.test("on one feature the distance is that of two normal distributions, by hand", () => {
  const x = [1, 2, 3, 6], y = [0, 4, 8, 20];
  const mean = (list: number[]): number => list.reduce((sum, value) => sum + value) / list.length;
  const deviation = (list: number[]): number =>
    Math.sqrt(list.reduce((sum, value) => sum + (value - mean(list)) ** 2, 0) / (list.length - 1));
  const wanted = (mean(x) - mean(y)) ** 2 + (deviation(x) - deviation(y)) ** 2;
  assertAlmostEquals(frechetDistance(x.map((v) => [v]), y.map((v) => [v])), wanted, 1e-12);
});

Deno.test("a set has no distance from itself, also with more features than rows", () => {
  for (const length of [3, 50]) {
    const set = rows("self", 20, length);
    assertAlmostEquals(frechetDistance(set, set), 0, 1e-10);
    assertAlmostEquals(frechetDistance(set, set.toReversed()), 0, 1e-10);
  }
});

Deno.test("a shift alone adds its square, and scaling alone the spread of deviations", () => {
  const set = rows("one", 30, 8);
  const shifted = set.map((row) => row.map((value) => value + 0.5));
  assertAlmostEquals(frechetDistance(set, shifted), 8 * 0.25, 1e-5);
  const doubled = set.map((row) => row.map((value) => 2 * value));
  const mean = Array.from(
    { length: 8 },
    (_, at) => set.reduce((sum, row) => sum + row[at]!, 0) / 30,
  );
  const trace = set.reduce(
    (sum, row) => sum + row.reduce((inner, value, at) => inner + (value - mean[at]!) ** 2, 0),
    0,
  ) / 29;
  const square = mean.reduce((sum, value) => sum + value * value, 0);
  assertAlmostEquals(frechetDistance(set, doubled), trace + square, 1e-5);
});

Deno.test("resampled distances are those of sets in which rows stand several times", () => {
  for (const length of [5, 60]) {
    const x = rows("x", 24, length), y = rows("y", 24, length, 1.5, 0.3);
    const counts = Array.from({ length: 24 }, (_, row) => row % 3);
    const repeat = (set: Float32Array[]): Float32Array[] =>
      set.flatMap((row, at) => new Array<Float32Array>(counts[at]!).fill(row));
    const wanted = frechetDistance(repeat(x), repeat(y));
    assertAlmostEquals(resampledFrechet(x, y)(counts), wanted, 1e-6 * wanted);
    const ones = new Array<number>(24).fill(1), whole = frechetDistance(x, y);
    assertAlmostEquals(resampledFrechet(x, y)(ones), whole, 1e-6 * whole);
    assertAlmostEquals(resampledKernel(x, y)(ones), kernelDistance(x, y), 1e-9);
  }
});

Deno.test("KID by hand on two rows a set, and zero on average for equal distributions", () => {
  const k = (a: number, b: number): number => (a * b + 1) ** 3;
  const wanted = k(1, 2) + k(3, 5) - 2 * (k(1, 3) + k(1, 5) + k(2, 3) + k(2, 5)) / 4;
  assertAlmostEquals(kernelDistance([[1], [2]], [[3], [5]]), wanted, 1e-9);
  const distances = Array.from(
    { length: 60 },
    (_, n) => kernelDistance(rows(`a${n}`, 20, 6), rows(`b${n}`, 20, 6)),
  );
  const mean = distances.reduce((sum, value) => sum + value) / 60;
  const spread = Math.sqrt(
    distances.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 59 / 60,
  );
  assert(Math.abs(mean) < 4 * spread, `${mean} +- ${spread}`);
});

Deno.test("too few rows have no distance, rows of several lengths are refused", () => {
  assertEquals(frechetDistance([[1, 2]], [[1, 2], [3, 4]]), NaN);
  assertEquals(kernelDistance([[1, 2]], [[1, 2], [3, 4]]), NaN);
  assertEquals(resampledFrechet([[1], [2]], [[1], [2]])([1, 0]), NaN);
  assertThrows(() => frechetDistance([[1, 2], [1]], [[1, 2], [3, 4]]), DataError, "one length");
});
