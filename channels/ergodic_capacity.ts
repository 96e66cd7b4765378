/**
 * Capacity of Rayleigh fading that changes faster than a code word.
 *
 *     C = E[log2(1 + |h|^2 snr)] = e^(1/snr) E1(1/snr) / ln 2,   |h|^2 ~ Exp(1)
 *
 * Source: Lee, "Estimate of channel capacity in Rayleigh fading environment", IEEE Trans. Vehicular
 * Technology 39(3), 1990.
 *
 * @module
 */
import { type Decibel, fromDecibel } from "../core/units.ts";

/** Bits per complex channel use; relative error below 1e-13. */
export function rayleighErgodicCapacity(snrDb: Decibel): number {
  return scaledExponentialIntegral(1 / fromDecibel(snrDb)) / Math.LN2;
}

const EULER_GAMMA = 0.5772156649015329;

/**
 * e^x E1(x) for x > 0, E1(x) = integral from x to infinity of e^-t / t dt.
 *
 * Source: Abramowitz, Stegun, Handbook of Mathematical Functions, 5.1.11 (series) and 5.1.22
 * (continued fraction).
 */
export function scaledExponentialIntegral(x: number): number {
  return x <= 1 ? Math.exp(x) * series(x) : continuedFraction(x);
}

/** -gamma - ln x - sum of (-x)^n / (n n!). */
function series(x: number): number {
  let sum = -EULER_GAMMA - Math.log(x);
  let power = 1; // (-x)^n / n!
  for (let n = 1; Math.abs(power) > 1e-18; n++) {
    power *= -x / n;
    sum -= power / n;
  }
  return sum;
}

/**
 * 1 / (x + 1 - 1 / (x + 3 - 4 / (x + 5 - 9 / ...))). Depth 80 is exact to 6e-15 at x = 1, where it
 * converges slowest.
 */
function continuedFraction(x: number): number {
  let tail = 0;
  for (let n = 80; n > 0; n--) tail = n * n / (x + 2 * n + 1 - tail);
  return 1 / (x + 1 - tail);
}
