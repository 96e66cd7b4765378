/**
 * Gray-mapped square constellations of unit mean power: TS 38.211, clause 5.1.
 *
 * I and Q are two independent amplitude modulations: bits b0, b2, .. set I, bits b1, b3, .. set Q,
 * the sign first, then inwards. BPSK is the exception: its one bit sets both, so that it lies on
 * the diagonal.
 *
 * @module
 */
import { requireOneOf } from "../validate.ts";

/** BPSK, QPSK, 16-QAM, 64-QAM, 256-QAM, 1024-QAM. */
export type BitsPerSymbol = 1 | 2 | 4 | 6 | 8 | 10;

/** All modulation orders. */
export const MODULATION_ORDERS: readonly BitsPerSymbol[] = [1, 2, 4, 6, 8, 10];

/** Refuses an unknown modulation order. */
export function requireModulation(bitsPerSymbol: BitsPerSymbol): void {
  requireOneOf("bitsPerSymbol", bitsPerSymbol, MODULATION_ORDERS);
}

/** Bits that set one axis: half of those of a symbol, 1 for BPSK. */
export function bitsPerAxis(bitsPerSymbol: BitsPerSymbol): number {
  return Math.max(1, bitsPerSymbol / 2);
}

/**
 * Amplitudes of one axis as odd integers, by bit pattern with the sign bit as most significant one.
 *
 * @returns [1, -1] for one bit, [1, 3, -1, -3] for two, ...
 */
export function axisLevels(bits: number): number[] {
  return Array.from({ length: 1 << bits }, (_, pattern) => {
    let level = 1; // s(4 - s'(2 - s'')) and so on, from the inside out
    for (let bit = 0; bit < bits - 1; bit++) {
      const sign = pattern >> bit & 1 ? -1 : 1;
      level = 2 ** (bit + 1) - sign * level;
    }
    return pattern >> (bits - 1) & 1 ? -level : level;
  });
}

/** Mean power of a constellation on odd integers: 2, 2, 10, 42, 170, 682. */
export function integerPower(bitsPerSymbol: BitsPerSymbol): number {
  requireModulation(bitsPerSymbol);
  const levels = axisLevels(bitsPerAxis(bitsPerSymbol));
  return 2 * levels.reduce((sum, level) => sum + level * level, 0) / levels.length;
}
