/**
 * From LLRs to the steps of the 8-bit decoder.
 *
 * @module
 */

/** 1.5 * 2^23: adding it to a float32 of magnitude below 2^22 rounds to an integer, ties to even. */
const ROUNDER = 12582912;

/**
 * Scales, rounds to the nearest integer (ties to even, as SIMD instructions do) and limits to
 * [-127, 127]. All arithmetic is float32, so a SIMD kernel gives the same.
 *
 * @param llrs Finite values.
 * @param scale Steps per LLR unit.
 */
export function quantise(llrs: Float32Array, scale: number): Int8Array {
  const steps = new Int8Array(llrs.length);
  const factor = Math.fround(scale);
  for (let i = 0; i < llrs.length; i++) {
    const scaled = Math.fround((llrs[i] as number) * factor);
    const limited = scaled > 127 ? 127 : scaled < -127 ? -127 : scaled;
    steps[i] = Math.fround(limited + ROUNDER) - ROUNDER;
  }
  return steps;
}
