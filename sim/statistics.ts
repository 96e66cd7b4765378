/**
 * From values per image to numbers with their uncertainty: mean and 95 % confidence interval by
 * Student t, paired differences, and the Wilson interval of a rate.
 *
 * The images are the sample: trials are averaged within an image first, so that the interval speaks
 * of other images, not of other noise. Every sum runs in the order given and is compensated, so the
 * same values in the same order give the same bits.
 *
 * @module
 */
import { OptionError } from "../core/errors.ts";
import type { Probability } from "../core/units.ts";
import type { Estimate } from "./summary.ts";

/** Share of experiments whose interval covers the truth. */
export const CONFIDENCE = 0.95;

/** The normal quantile of 0.975, where Student t goes with many images. */
export const Z_975 = 1.959963984540054;

/**
 * Sum in the order given, its rounding errors added up apart.
 *
 * Source: Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974.
 */
export function sum(values: readonly number[]): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? (total - next) + value : (value - next) + total;
    total = next;
  }
  // The rounding errors of an infinite or undefined sum are undefined; the sum is not.
  return Number.isFinite(total) ? total + lost : total;
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** Unbiased variance of a sample (divisor n - 1), in two passes; NaN with fewer than two values. */
export function sampleVariance(values: readonly number[]): number {
  if (values.length < 2) return NaN;
  const centre = mean(values);
  return sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1);
}

/**
 * Quantile of Student's t distribution: the t with P(T <= t) = `probability`.
 *
 * With t = sqrt(n) tan(theta) the distribution function is a finite sum of positive terms, and it
 * is concave in theta on the upper half: Newton's method from theta = 0 climbs to the root and
 * never passes it. Relative error below 1e-10 for probabilities in [0.001, 0.999].
 *
 * Source: Abramowitz and Stegun, 26.7.3 and 26.7.4.
 *
 * @param probability In (0, 1).
 * @param degreesOfFreedom n, an integer from 1.
 * @throws {OptionError} When an argument is out of its range.
 */
export function studentQuantile(probability: Probability, degreesOfFreedom: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new OptionError(`Student t: a probability in (0, 1); got ${probability}`);
  }
  if (!(Number.isSafeInteger(degreesOfFreedom) && degreesOfFreedom >= 1)) {
    throw new OptionError(`Student t: degrees of freedom from 1; got ${degreesOfFreedom}`);
  }
  if (probability < 0.5) return -studentQuantile(1 - probability, degreesOfFreedom);
  const central = 2 * probability - 1;
  const slope = centralSlope(degreesOfFreedom);
  let theta = 0;
  for (let step = 0; step < 200; step++) {
    const missing = central - centralProbability(theta, degreesOfFreedom);
    const next = theta + missing / (slope * Math.cos(theta) ** (degreesOfFreedom - 1));
    if (!(next > theta)) break;
    theta = next;
  }
  return Math.sqrt(degreesOfFreedom) * Math.tan(theta);
}

/** A(t | n) = P(|T| <= t) with t = sqrt(n) tan(theta). */
function centralProbability(theta: number, degreesOfFreedom: number): number {
  const cosine = Math.cos(theta);
  const odd = degreesOfFreedom % 2 === 1;
  let term = odd ? cosine : 1;
  let series = degreesOfFreedom === 1 ? 0 : term;
  for (let power = odd ? 3 : 2; power < degreesOfFreedom; power += 2) {
    term *= cosine * cosine * (power - 1) / power;
    series += term;
  }
  const sine = Math.sin(theta);
  return odd ? (2 / Math.PI) * (theta + sine * series) : sine * series;
}

/** dA/dtheta at 0, which is 2 Gamma((n + 1) / 2) / (sqrt(pi) Gamma(n / 2)). */
function centralSlope(degreesOfFreedom: number): number {
  const odd = degreesOfFreedom % 2 === 1;
  let slope = odd ? 2 / Math.PI : 1;
  for (let n = odd ? 1 : 2; n < degreesOfFreedom; n += 2) slope *= (n + 1) / n;
  return slope;
}

/**
 * Mean and 95 % half-width over images.
 *
 * @param values One value an image. NaN means "not available" and is left out; an infinite value (a
 * lossless picture's PSNR) is counted in `infinite` and left out.
 */
export function estimate(values: readonly number[]): Estimate {
  const finite = values.filter(Number.isFinite);
  const infinite = values.filter((value) => Math.abs(value) === Infinity).length;
  return {
    value: finite.length > 0 ? mean(finite) : null,
    halfWidth: finite.length > 1 ? halfWidth(finite) : null,
    count: finite.length,
    ...(infinite > 0 ? { infinite } : {}),
  };
}

function halfWidth(values: readonly number[]): number {
  const quantile = studentQuantile((1 + CONFIDENCE) / 2, values.length - 1);
  return quantile * Math.sqrt(sampleVariance(values) / values.length);
}

/**
 * Mean of `first[i] - second[i]` with its half-width: what to look at when two codecs saw the same
 * images through the same noise, because what makes one image harder than another cancels.
 *
 * A pair of which one is NaN, or both are infinite, is left out; one infinite member counts in
 * `infinite`.
 *
 * @throws {OptionError} When the lists differ in length.
 */
export function pairedDifference(first: readonly number[], second: readonly number[]): Estimate {
  if (first.length !== second.length) {
    throw new OptionError(
      `Paired difference: values of the same images; got ${first.length} and ${second.length}`,
    );
  }
  return estimate(first.map((value, image) => value - (second[image] as number)));
}

/** An interval of probabilities. */
export interface RateInterval {
  readonly low: Probability;
  readonly high: Probability;
}

/**
 * 95 % confidence interval of a rate, of use also at 0 and at 1.
 *
 * Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
 *
 * @param hits Times it happened, from 0 to `trials`.
 * @param trials Independent trials, from 1.
 * @throws {OptionError} When the numbers are not such.
 */
export function wilsonInterval(hits: number, trials: number): RateInterval {
  if (!(trials >= 1 && hits >= 0 && hits <= trials)) {
    throw new OptionError(`Wilson interval: 0 <= hits <= trials; got ${hits} of ${trials}`);
  }
  const rate = hits / trials;
  const square = Z_975 * Z_975;
  const centre = rate + square / (2 * trials);
  const reach = Z_975 * Math.sqrt(rate * (1 - rate) / trials + square / (4 * trials * trials));
  const scale = 1 + square / trials;
  return {
    low: hits === 0 ? 0 : Math.max(0, (centre - reach) / scale),
    high: hits === trials ? 1 : Math.min(1, (centre + reach) / scale),
  };
}
