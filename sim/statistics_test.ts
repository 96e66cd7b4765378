import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../core/errors.ts";
import { fillNormals, rootKey } from "../core/random.ts";
import {
  estimate,
  mean,
  pairedDifference,
  sampleVariance,
  studentQuantile,
  sum,
  wilsonInterval,
} from "./statistics.ts";

Deno.test("sum keeps what naive addition loses", () => {
  assertEquals(sum([1, 1e100, 1, -1e100]), 2);
  assertEquals(sum(Array.from({ length: 10 }, () => 0.1)), 1);
  assertEquals(sum([]), 0);
});

Deno.test("sum and mean of infinite values are infinite, as a lossless picture's PSNR", () => {
  assertEquals(mean([Infinity]), Infinity);
  assertEquals(mean([40, Infinity, 42]), Infinity);
  assertEquals(sum([-Infinity, 1]), -Infinity);
  assertEquals(sum([Infinity, -Infinity]), NaN);
  assertEquals(sum([1, NaN]), NaN);
});

Deno.test("sampleVariance is unmoved by a large common offset", () => {
  const values = [4, 7, 13, 16];
  assertEquals(sampleVariance(values), 30);
  assertEquals(sampleVariance(values.map((value) => value + 2 ** 30)), 30);
  assertEquals(sampleVariance([5]), NaN);
  assertEquals(mean([]), NaN);
});

Deno.test("studentQuantile meets the closed forms of 1, 2 and 4 degrees of freedom", () => {
  for (const p of [0.5, 0.51, 0.6, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999]) {
    const spread = 4 * p * (1 - p);
    // The square roots of 1 - spread are |2p - 1|, written so to keep the digits.
    const two = (2 * p - 1) * Math.sqrt(2 / spread);
    const four = 2 * Math.sqrt(Math.cos(Math.acos(Math.sqrt(spread)) / 3) / Math.sqrt(spread) - 1);
    const closed: [number, number][] = [
      [1, p === 0.5 ? 0 : Math.tan(Math.PI * (p - 0.5))],
      [2, two],
      [4, four],
    ];
    for (const [n, expected] of closed) {
      const quantile = studentQuantile(p, n);
      assertAlmostEquals(quantile, expected, 1e-8 * Math.max(1, expected), `p ${p}, n ${n}`);
      assertAlmostEquals(studentQuantile(1 - p, n), -quantile, 1e-8 * Math.max(1, quantile));
    }
  }
});

Deno.test("studentQuantile meets the published table of 0.975 and 0.995", () => {
  // Abramowitz and Stegun, table 26.10; three decimals are printed there.
  const table: [number, number, number][] = [
    [3, 3.182, 5.841],
    [5, 2.571, 4.032],
    [7, 2.365, 3.499],
    [10, 2.228, 3.169],
    [23, 2.069, 2.807],
    [30, 2.042, 2.750],
    [60, 2.000, 2.660],
    [120, 1.980, 2.617],
  ];
  for (const [n, at975, at995] of table) {
    assertAlmostEquals(studentQuantile(0.975, n), at975, 5.01e-4);
    assertAlmostEquals(studentQuantile(0.995, n), at995, 5.01e-4);
  }
});

Deno.test("studentQuantile goes to the normal quantile as z + (z^3 + z) / 4n", () => {
  const z = 1.959963984540054;
  for (const n of [99_999, 100_000]) {
    assertAlmostEquals(studentQuantile(0.975, n), z + (z ** 3 + z) / (4 * n), 1e-8);
  }
});

Deno.test("studentQuantile refuses what has no quantile", () => {
  assertThrows(() => studentQuantile(1, 3), OptionError, "in (0, 1); got 1");
  assertThrows(() => studentQuantile(NaN, 3), OptionError, "got NaN");
  assertThrows(() => studentQuantile(0.975, 0), OptionError, "from 1; got 0");
  assertThrows(() => studentQuantile(0.975, 2.5), OptionError, "got 2.5");
});

Deno.test("estimate gives mean and t * s / sqrt(n)", () => {
  const { value, halfWidth, count, infinite } = estimate([28, 30, 32]);
  assertEquals(value, 30);
  assertAlmostEquals(halfWidth as number, 4.302652729911275 * 2 / Math.sqrt(3), 1e-8);
  assertEquals(count, 3);
  assertEquals(infinite, undefined);
});

Deno.test("estimate leaves out the unavailable and counts the infinite apart", () => {
  assertEquals(estimate([NaN, 3, Infinity, 3, Infinity]), {
    value: 3,
    halfWidth: 0,
    count: 2,
    infinite: 2,
  });
  assertEquals(estimate([]), { value: null, halfWidth: null, count: 0 });
  assertEquals(estimate([NaN]), { value: null, halfWidth: null, count: 0 });
  assertEquals(estimate([7]), { value: 7, halfWidth: null, count: 1 });
  assertEquals(estimate([Infinity]), { value: null, halfWidth: null, count: 0, infinite: 1 });
});

Deno.test("the 95 % interval covers the truth in 93 to 97 % of 2000 seeded experiments", () => {
  // 2000 experiments: one standard deviation of the share is sqrt(0.95 * 0.05 / 2000) = 0.49 %,
  // so 2 % are four of them. Small samples, where a normal instead of Student t would fail:
  // of 5 images it covers 87.8 %.
  const experiments = 2000;
  for (const images of [2, 5, 24]) {
    const key = rootKey(1).derive("coverage", images);
    let covered = 0;
    const normals = new Float32Array(images);
    for (let experiment = 0; experiment < experiments; experiment++) {
      fillNormals(key.derive(experiment), normals);
      const { value, halfWidth } = estimate(Array.from(normals, (normal) => 30 + 3 * normal));
      if (Math.abs((value as number) - 30) <= (halfWidth as number)) covered++;
    }
    const share = covered / experiments;
    assert(share >= 0.93 && share <= 0.97, `${images} images: covered ${share}`);
  }
});

Deno.test("a paired difference sees what the images' own spread would hide", () => {
  const first = [22, 31, 27, 40];
  const second = first.map((value, image) => value - 0.5 - 0.01 * image);
  const difference = pairedDifference(first, second);
  assertAlmostEquals(difference.value as number, 0.515, 1e-12);
  assert((difference.halfWidth as number) < 0.03);
  assert((estimate(first).halfWidth as number) > 10);
});

Deno.test("a paired difference leaves out pairs without a difference", () => {
  assertEquals(pairedDifference([1, NaN, Infinity, Infinity, 4], [0, 1, Infinity, 2, 3]), {
    value: 1,
    halfWidth: 0,
    count: 2,
    infinite: 1,
  });
  assertThrows(() => pairedDifference([1], []), OptionError, "got 1 and 0");
});

Deno.test("wilsonInterval solves |rate - p| = z sqrt(p (1 - p) / n) at both ends", () => {
  const z = 1.959963984540054;
  for (const [hits, trials] of [[1, 10], [3, 7], [50, 100], [999, 1000]] as const) {
    const { low, high } = wilsonInterval(hits, trials);
    for (const end of [low, high]) {
      assertAlmostEquals(Math.abs(hits / trials - end), z * Math.sqrt(end * (1 - end) / trials));
    }
    assert(low < hits / trials && hits / trials < high);
  }
});

Deno.test("wilsonInterval says something where nothing or everything happened", () => {
  const none = wilsonInterval(0, 24);
  assertEquals(none.low, 0);
  assertAlmostEquals(none.high, 3.841458820694124 / (24 + 3.841458820694124), 1e-12);
  const all = wilsonInterval(24, 24);
  assertEquals(all.high, 1);
  assertAlmostEquals(all.low, 1 - none.high, 1e-12);
  assertThrows(() => wilsonInterval(1, 0), OptionError, "1 of 0");
  assertThrows(() => wilsonInterval(3, 2), OptionError, "3 of 2");
});
