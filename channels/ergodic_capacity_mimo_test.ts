import { assertAlmostEquals } from "@std/assert";
import { scaledExponentialIntegral } from "./ergodic_capacity.ts";
import { ergodicMimoCapacity, ergodicMmseCapacity } from "./ergodic_capacity_mimo.ts";

const SNRS = [0.01, 0.1, 1, 10, 100, 1e4];

Deno.test("2x2 capacity is the closed form by exponential integrals", () => {
  // J_n = integral of v^n ln(1 + s v) e^-v: J_0 = f(1/s), J_n = n J_(n-1) + I_n,
  // I_1 = 1 - f / s, I_2 = 1 - I_1 / s, with f(x) = e^x E1(x)
  for (const snr of SNRS) {
    const s = snr / 2, f = scaledExponentialIntegral(1 / s);
    const i1 = 1 - f / s, i2 = 1 - i1 / s;
    const j1 = f + i1, j2 = 2 * j1 + i2;
    const closed = (2 * f - 2 * j1 + j2) / (2 * Math.LN2);
    assertAlmostEquals(ergodicMimoCapacity(snr) / closed, 1, 1e-9, `snr ${snr}`);
  }
});

Deno.test("behind a linear receiver it is the closed form, averaged over the other stream", () => {
  // E ln(1 + a A + b B) = (a f(1/a) - b f(1/b)) / (a - b) for exponential A, B
  const f = (a: number): number => scaledExponentialIntegral(1 / a);
  for (const snr of SNRS) {
    const s = snr / 2, steps = 1500;
    let sum = 0;
    for (let i = 0; i < steps; i++) { // midpoints of equal shares of Gamma(2) by its quantiles
      const t = s / (1 + s * gammaQuantile((i + 0.5) / steps));
      sum += (s * f(s) - t * f(t)) / (s - t);
    }
    const closed = sum / (steps * Math.LN2);
    assertAlmostEquals(ergodicMmseCapacity(snr) / closed, 1, 1e-3, `snr ${snr}`);
  }
});

/** Solves 1 - (1 + g) e^-g = p by bisection. */
function gammaQuantile(p: number): number {
  let low = 0, high = 60;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (1 - (1 + middle) * Math.exp(-middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
