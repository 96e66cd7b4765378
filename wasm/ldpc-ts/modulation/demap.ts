/**
 * Received symbols to LLRs, exact or max-log.
 *
 *     y = h x + n,  n complex Gaussian of total variance N0 (N0 / 2 in each of re, im), E|x|^2 = 1
 *     exact:    LLR = ln sum_{x: b = 0} exp(-|y - h x|^2 / N0) - ln sum_{x: b = 1} exp(...)
 *     max-log:  the largest term in place of each sum
 *
 * The axes of a square constellation separate, so each sum runs over the levels of one axis. With a
 * gain h the symbol is divided by h and its noise variance by |h|^2, which changes nothing.
 *
 * @module
 */
import { requireFinite, requireFloats, requireOneOf } from "../validate.ts";
import {
  axisLevels,
  bitsPerAxis,
  type BitsPerSymbol,
  integerPower,
  requireModulation,
} from "./constellation.ts";

/** How LLRs are computed. */
export interface DemapOptions {
  /** Qm */
  readonly bitsPerSymbol: BitsPerSymbol;
  /** N0: noise variance per complex symbol; positive. */
  readonly noiseVariance: number;
  /** Default `max-log`. */
  readonly method?: "max-log" | "exact";
  /** Complex channel gains h, f32[symbols, 2], or null for 1. */
  readonly gains?: Float32Array | null;
}

/**
 * LLRs of received symbols.
 *
 * @param symbols f32[symbols, 2], re and im interleaved.
 * @returns f32[symbols * bitsPerSymbol], positive means bit 0.
 * @throws {RangeError} When a value is not finite, or N0 not positive.
 */
export function demap(symbols: Float32Array, options: DemapOptions): Float32Array {
  const { bitsPerSymbol, noiseVariance, method = "max-log", gains = null } = options;
  requireModulation(bitsPerSymbol);
  requireOneOf("method", method, ["max-log", "exact"]);
  requireFloats("symbols", symbols);
  requireFinite("symbols", symbols);
  if (symbols.length % 2 !== 0) {
    throw new RangeError(`symbols: pairs of re and im; got ${symbols.length} values`);
  }
  if (!(noiseVariance > 0 && noiseVariance < Infinity)) {
    throw new RangeError(`noiseVariance: a positive number; got ${noiseVariance}`);
  }
  if (gains) {
    requireFloats("gains", gains, symbols.length);
    requireFinite("gains", gains);
  }
  const axis = new AxisDemapper(bitsPerSymbol, method);
  const llrs = new Float32Array(symbols.length / 2 * bitsPerSymbol);
  for (let symbol = 0; symbol < symbols.length / 2; symbol++) {
    let re = symbols[2 * symbol] as number, im = symbols[2 * symbol + 1] as number;
    let power = 1;
    if (gains) {
      const hRe = gains[2 * symbol] as number, hIm = gains[2 * symbol + 1] as number;
      power = hRe * hRe + hIm * hIm;
      [re, im] = [re * hRe + im * hIm, im * hRe - re * hIm]; // y h*, power times too large
    }
    const first = symbol * bitsPerSymbol;
    if (bitsPerSymbol === 1) {
      // Both axes carry the same bit: LLR = 2 sqrt(2) (I + Q) / N0.
      llrs[first] = 2 * Math.SQRT2 * (re + im) / noiseVariance;
    } else {
      axis.demap(re, power, noiseVariance, llrs, first);
      axis.demap(im, power, noiseVariance, llrs, first + 1);
    }
  }
  return llrs;
}

/** LLRs of one axis. On its levels a: -|y - h a|^2 = const + 2 a Re(y h*) - |h|^2 a^2. */
class AxisDemapper {
  readonly #levels: Float64Array;
  readonly #metrics: Float64Array;
  readonly #bits: number;

  constructor(bitsPerSymbol: BitsPerSymbol, private readonly method: "max-log" | "exact") {
    this.#bits = bitsPerAxis(bitsPerSymbol);
    const unit = 1 / Math.sqrt(integerPower(bitsPerSymbol));
    this.#levels = Float64Array.from(axisLevels(this.#bits), (level) => level * unit);
    this.#metrics = new Float64Array(this.#levels.length);
  }

  /** Writes the LLRs of the axis to every second place of `llrs` from `first` on. */
  demap(matched: number, power: number, n0: number, llrs: Float32Array, first: number): void {
    const levels = this.#levels, metrics = this.#metrics, bits = this.#bits;
    for (let i = 0; i < levels.length; i++) {
      const level = levels[i] as number;
      metrics[i] = level * (2 * matched - power * level) / n0;
    }
    for (let bit = 0; bit < bits; bit++) {
      const mask = 1 << (bits - 1 - bit);
      let zero = -Infinity, one = -Infinity;
      for (let i = 0; i < metrics.length; i++) {
        const metric = metrics[i] as number;
        if (i & mask) {
          if (metric > one) one = metric;
        } else if (metric > zero) zero = metric;
      }
      const spread = this.method === "exact" ? this.#spread(mask, zero, one) : 0;
      llrs[first + 2 * bit] = zero - one + spread;
    }
  }

  /** What the sums add to the largest terms: ln sum exp(m - max) of bit 0 minus that of bit 1. */
  #spread(mask: number, zero: number, one: number): number {
    let zeros = 0, ones = 0;
    for (let i = 0; i < this.#metrics.length; i++) {
      const metric = this.#metrics[i] as number;
      if (i & mask) ones += Math.exp(metric - one);
      else zeros += Math.exp(metric - zero);
    }
    return Math.log(zeros) - Math.log(ones);
  }
}
