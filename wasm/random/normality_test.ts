/** Are they normal, and independent? Bounds follow from the sample size; seeds are fixed. */
import { assertAlmostEquals } from "@std/assert";
import { type RandomKey, rootKey } from "../../core/random.ts";
import { openNormals } from "./mod.ts";

const SIGMAS = 4; // a true generator passes each bound with probability 1 - 6e-5
const normals = openNormals();

function sample(key: RandomKey, count: number): Float32Array {
  const values = new Float32Array(count);
  normals.fillNormals(key, values);
  return values;
}

Deno.test("mean, variance, skewness and kurtosis are those of the standard normal", () => {
  const count = 1 << 23;
  let s1 = 0, s2 = 0, s3 = 0, s4 = 0;
  for (const x of sample(rootKey(1).derive("moments"), count)) {
    s1 += x, s2 += x * x, s3 += x * x * x, s4 += x * x * x * x;
  }
  // variances of x, x^2, x^3, x^4: 1, 2, 15, 96
  const bound = (variance: number): number => SIGMAS * Math.sqrt(variance / count);
  assertAlmostEquals(s1 / count, 0, bound(1));
  assertAlmostEquals(s2 / count, 1, bound(2));
  assertAlmostEquals(s3 / count, 0, bound(15));
  assertAlmostEquals(s4 / count, 3, bound(96));
});

Deno.test("tails hold to 5 sigma on both sides", () => {
  // Q(x) = erfc(x / sqrt 2) / 2
  const tails: [threshold: number, probability: number][] = [
    [0, 0.5],
    [0.5, 0.30853753872598690],
    [1, 0.15865525393145705],
    [2, 0.022750131948179207],
    [3, 0.0013498980316300945],
    [4, 3.1671241833119921e-5],
    [5, 2.8665157187919391e-7],
  ];
  const count = 1 << 26, part = new Float32Array(1 << 20);
  const thresholds = Float64Array.from(tails, ([threshold]) => threshold);
  const above = new Float64Array(tails.length), below = new Float64Array(tails.length);
  for (let first = 0; first < count; first += part.length) {
    normals.fillNormals(rootKey(2).derive("tails"), part, first);
    for (const x of part) {
      const magnitude = Math.abs(x), side = x > 0 ? above : below;
      for (let i = 0; i < thresholds.length && magnitude > (thresholds[i] as number); i++) {
        side[i] = (side[i] as number) + 1;
      }
    }
  }
  for (const [i, [threshold, p]] of tails.entries()) {
    const bound = SIGMAS * Math.sqrt(count * p * (1 - p));
    assertAlmostEquals(above[i] as number, count * p, bound, `above ${threshold}: ${above[i]}`);
    assertAlmostEquals(below[i] as number, count * p, bound, `below ${threshold}: ${below[i]}`);
  }
});

/** Fails unless x and y are uncorrelated, and their squares too. */
function assertIndependent(x: Float32Array, y: Float32Array, name: string): void {
  let product = 0, squares = 0;
  for (let i = 0; i < x.length; i++) {
    const a = x[i] as number, b = y[i] as number;
    product += a * b;
    squares += (a * a - 1) * (b * b - 1);
  }
  const bound = SIGMAS / Math.sqrt(x.length); // variances of the terms: 1 and 4
  assertAlmostEquals(product / x.length, 0, bound, `${name}: correlation`);
  assertAlmostEquals(squares / x.length, 0, 2 * bound, `${name}: correlation of squares`);
}

Deno.test("normals of one key are uncorrelated at every near distance", () => {
  const values = sample(rootKey(3), 1 << 20);
  for (const lag of [1, 2, 3, 4, 5, 7, 8, 16, 32, 64, 4096]) {
    assertIndependent(values.subarray(lag), values.subarray(0, -lag), `lag ${lag}`);
  }
});

Deno.test("the four normals of a counter are uncorrelated in every pair", () => {
  const values = sample(rootKey(4), 1 << 22);
  const lane = (offset: number): Float32Array =>
    Float32Array.from({ length: values.length / 4 }, (_, i) => values[4 * i + offset] as number);
  const lanes = [0, 1, 2, 3].map(lane);
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < a; b++) {
      assertIndependent(lanes[a] as Float32Array, lanes[b] as Float32Array, `lanes ${a}, ${b}`);
    }
  }
});

Deno.test("keys of neighbouring seeds, names and parents give uncorrelated normals", () => {
  const count = 1 << 18, root = rootKey(5);
  const keys: [name: string, RandomKey][] = [
    ["seed", rootKey(6)],
    ["child", root.derive("noise")],
    ["trial 0", root.derive("noise", 0)],
    ["trial 1", root.derive("noise", 1)],
    ["trial 256", root.derive("noise", 256)],
    ["other image", root.derive("noise2")],
  ];
  const values = keys.map(([name, key]) => ({ name, x: sample(key, count) }));
  values.push({ name: "root", x: sample(root, count) });
  for (const [i, a] of values.entries()) {
    for (const b of values.slice(0, i)) assertIndependent(a.x, b.x, `${a.name}, ${b.name}`);
  }
});
