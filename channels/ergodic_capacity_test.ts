import { assert, assertAlmostEquals } from "@std/assert";
import { rayleighErgodicCapacity, scaledExponentialIntegral } from "./ergodic_capacity.ts";

Deno.test("ergodic capacity holds to 1e-12 from -200 to 200 dB", () => {
  // e^x E1(x) / ln 2 at x = 10^(-dB / 10), by mpmath with 40 digits
  const table: [snrDb: number, capacity: number][] = [
    [-200, 1.4426950408889634e-20],
    [-100, 1.4426950407446939e-10],
    [-30, 0.0014412552226164386],
    [-20, 0.014285483032238448],
    [-10, 0.13209796780219238],
    [-3, 0.52223663351934041],
    [-1, 0.73356373697835281],
    [0, 0.86034738227088595],
    [1, 1.0018518082518116],
    [3, 1.3296367033304163],
    [10, 2.906514808414805],
    [20, 5.8840482336834735],
    [30, 9.1436194910373308],
    [45, 14.116422264788132],
    [60, 19.098842933575371],
    [100, 32.386534774979679],
    [200, 65.60581572047038],
  ];
  for (const [snrDb, capacity] of table) {
    const ours = rayleighErgodicCapacity(snrDb);
    assertAlmostEquals(ours, capacity, 1e-12 * capacity, `${snrDb} dB: ${ours}, not ${capacity}`);
  }
});

Deno.test("the exponential integral obeys its differential equation on both sides of x = 1", () => {
  // d/dx e^x E1(x) = e^x E1(x) - 1 / x; a central difference of step s errs by s^2 f''' / 6
  for (const x of [0.01, 0.3, 0.9, 0.999, 1, 1.001, 1.2, 5, 60]) {
    const s = 1e-4 * x, f = scaledExponentialIntegral;
    const slope = (f(x + s) - f(x - s)) / (2 * s);
    assertAlmostEquals(slope, f(x) - 1 / x, 1e-8 / x, `at ${x}`);
  }
});

Deno.test("fading always costs capacity, never more than 0.5772 / ln 2 bits", () => {
  // Jensen: E log2(1 + |h|^2 snr) < log2(1 + snr); the loss grows to gamma / ln 2
  let last = 0;
  for (let snrDb = -30; snrDb <= 100; snrDb += 5) {
    const loss = Math.log1p(10 ** (snrDb / 10)) / Math.LN2 - rayleighErgodicCapacity(snrDb);
    assert(loss > last && loss < 0.5772156649015329 / Math.LN2, `${snrDb} dB: ${loss}`);
    last = loss;
  }
});
