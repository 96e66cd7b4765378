/**
 * Intervals for rates.
 *
 * @module
 */
import type { Tally } from "./link.ts";

/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054;

/** An interval that covers the truth in 95 % of experiments. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Wilson score interval of a proportion: sensible also at 0 and at few errors. */
export function wilsonInterval(errors: number, trials: number): Interval {
  if (trials === 0) return { low: 0, high: 1 };
  const rate = errors / trials;
  const centre = rate + Z * Z / (2 * trials);
  const spread = Z * Math.sqrt(rate * (1 - rate) / trials + (Z / (2 * trials)) ** 2);
  const scale = 1 + Z * Z / trials;
  return {
    low: errors === 0 ? 0 : Math.max(0, (centre - spread) / scale),
    high: errors === trials ? 1 : Math.min(1, (centre + spread) / scale),
  };
}

/**
 * Interval of the bit error rate. The bits of a block err together, so it comes from the spread of
 * the errors per block. Without any error the highest block error rate bounds it.
 */
export function bitErrorInterval(tally: Tally, bitsPerBlock: number): Interval {
  const { blocks, bitErrors, squaredBitErrors } = tally;
  if (bitErrors === 0) return { low: 0, high: wilsonInterval(0, blocks).high };
  const mean = bitErrors / blocks;
  const variance = Math.max(0, squaredBitErrors / blocks - mean * mean);
  const half = Z * Math.sqrt(variance / blocks);
  return {
    low: Math.max(0, mean - half) / bitsPerBlock,
    high: Math.min(bitsPerBlock, mean + half) / bitsPerBlock,
  };
}
