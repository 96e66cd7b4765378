/**
 * Bits to symbols.
 *
 * @module
 */
import { requireBits } from "../validate.ts";
import {
  axisLevels,
  bitsPerAxis,
  type BitsPerSymbol,
  integerPower,
  requireModulation,
} from "./constellation.ts";

/**
 * Maps bits to symbols of unit mean power (over the constellation).
 *
 * @param bits u8[symbols * bitsPerSymbol], one bit a byte, the first bit of a symbol first.
 * @returns f32[symbols, 2], re and im interleaved.
 * @throws {RangeError} When the bits do not fill whole symbols.
 */
export function modulate(bits: Uint8Array, bitsPerSymbol: BitsPerSymbol): Float32Array {
  requireModulation(bitsPerSymbol);
  requireBits("bits", bits);
  const count = bits.length / bitsPerSymbol;
  if (!Number.isInteger(count)) {
    throw new RangeError(`bits: a multiple of ${bitsPerSymbol}; got ${bits.length}`);
  }
  const levels = scaledLevels(bitsPerSymbol);
  const symbols = new Float32Array(2 * count);
  if (bitsPerSymbol === 1) {
    for (let i = 0; i < symbols.length; i++) symbols[i] = levels[bits[i >> 1] as number] as number;
    return symbols;
  }
  for (let symbol = 0; symbol < count; symbol++) {
    let re = 0, im = 0;
    const end = (symbol + 1) * bitsPerSymbol;
    for (let bit = symbol * bitsPerSymbol; bit < end; bit += 2) {
      re = re << 1 | (bits[bit] as number);
      im = im << 1 | (bits[bit + 1] as number);
    }
    symbols[2 * symbol] = levels[re] as number;
    symbols[2 * symbol + 1] = levels[im] as number;
  }
  return symbols;
}

/** Amplitudes of one axis for unit mean power, float32, by bit pattern. */
export function scaledLevels(bitsPerSymbol: BitsPerSymbol): Float32Array {
  const unit = 1 / Math.sqrt(integerPower(bitsPerSymbol));
  return Float32Array.from(axisLevels(bitsPerAxis(bitsPerSymbol)), (level) => level * unit);
}
