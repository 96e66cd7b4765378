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
  const axis = method === "exact" ? new ExactAxis(bitsPerSymbol) : new MaxLogAxis(bitsPerSymbol);
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

/** LLRs of the bits of one axis, from y h*, |h|^2 and N0; to every second place from `first` on. */
interface AxisDemapper {
  demap(matched: number, power: number, n0: number, llrs: Float32Array, first: number): void;
}

/**
 * Max-log LLRs. On the levels a of an axis, -|y - h a|^2 = const + 2 a Re(y h*) - |h|^2 a^2.
 *
 * Bits other than the sign do not see the sign of y, so positive levels and |2 Re(y h*)| do. For the
 * sign the largest term of the other sign is always that of the smallest level.
 */
class MaxLogAxis implements AxisDemapper {
  readonly #bits: number;
  /** Positive levels, ascending. */
  readonly #levels: Float64Array;
  /** Bit patterns of these levels. */
  readonly #patterns: Uint8Array;
  /** Largest terms for bits 1, 2, ... being 0, then being 1. */
  readonly #best: Float64Array;

  constructor(bitsPerSymbol: BitsPerSymbol) {
    this.#bits = bitsPerAxis(bitsPerSymbol);
    const integers = axisLevels(this.#bits);
    const positive = integers.filter((level) => level > 0).sort((a, b) => a - b);
    const unit = 1 / Math.sqrt(integerPower(bitsPerSymbol));
    this.#levels = Float64Array.from(positive, (level) => level * unit);
    this.#patterns = Uint8Array.from(positive, (level) => integers.indexOf(level));
    this.#best = new Float64Array(2 * this.#bits);
  }

  demap(matched: number, power: number, n0: number, llrs: Float32Array, first: number): void {
    const levels = this.#levels, patterns = this.#patterns, best = this.#best, bits = this.#bits;
    const size = Math.abs(2 * matched);
    let nearest = -Infinity;
    for (let slot = 2; slot < 2 * bits; slot++) best[slot] = -Infinity;
    for (let i = 0; i < levels.length; i++) {
      const level = levels[i] as number, pattern = patterns[i] as number;
      const metric = level * (size - power * level);
      if (metric > nearest) nearest = metric;
      for (let bit = 1; bit < bits; bit++) {
        const slot = 2 * bit + (pattern >> (bits - 1 - bit) & 1);
        if (metric > (best[slot] as number)) best[slot] = metric;
      }
    }
    const least = levels[0] as number;
    const sign = (nearest + least * (size + power * least)) / n0;
    llrs[first] = matched < 0 ? -sign : sign;
    for (let bit = 1; bit < bits; bit++) {
      llrs[first + 2 * bit] = ((best[2 * bit] as number) - (best[2 * bit + 1] as number)) / n0;
    }
  }
}

/** Exact LLRs: the sums relative to their largest terms, so that nothing under- or overflows. */
class ExactAxis implements AxisDemapper {
  readonly #bits: number;
  /** Levels by bit pattern. */
  readonly #levels: Float64Array;
  readonly #metrics: Float64Array;

  constructor(bitsPerSymbol: BitsPerSymbol) {
    this.#bits = bitsPerAxis(bitsPerSymbol);
    const unit = 1 / Math.sqrt(integerPower(bitsPerSymbol));
    this.#levels = Float64Array.from(axisLevels(this.#bits), (level) => level * unit);
    this.#metrics = new Float64Array(this.#levels.length);
  }

  demap(matched: number, power: number, n0: number, llrs: Float32Array, first: number): void {
    const levels = this.#levels, metrics = this.#metrics;
    for (let i = 0; i < levels.length; i++) {
      const level = levels[i] as number;
      metrics[i] = level * (2 * matched - power * level) / n0;
    }
    for (let bit = 0; bit < this.#bits; bit++) {
      const mask = 1 << (this.#bits - 1 - bit);
      llrs[first + 2 * bit] = this.#logSum(mask, 0) - this.#logSum(mask, mask);
    }
  }

  /** ln of the sum of exp(metric) over the levels whose bit `mask` is as in `value`. */
  #logSum(mask: number, value: number): number {
    const metrics = this.#metrics;
    let most = -Infinity, sum = 0;
    for (let i = 0; i < metrics.length; i++) {
      if ((i & mask) === value && (metrics[i] as number) > most) most = metrics[i] as number;
    }
    for (let i = 0; i < metrics.length; i++) {
      if ((i & mask) === value) sum += Math.exp((metrics[i] as number) - most);
    }
    return most + Math.log(sum);
  }
}
