/**
 * Between the symbols of all positions and what goes on the air: numbers only.
 *
 * Selected symbols are read channel by channel, in each row by row; two in a row are one complex
 * symbol. An odd one out gets a zero beside it.
 *
 * @module
 */

/** Symbols of one picture, f32[positions, symbols] row-major, and which of them are sent. */
export interface SymbolGrid {
  readonly indices: Uint8Array;
  /** See `rateMasks`: u8[rates, symbols]. */
  readonly masks: Uint8Array;
  /** Symbols of a position at the highest rate. */
  readonly most: number;
}

/** The sent symbols in the order of sending. */
export function gatherSymbols(values: Float32Array, grid: SymbolGrid): Float32Array {
  const sent = new Float32Array(values.length);
  let count = 0;
  forEachSent(grid, (at) => sent[count++] = values[at] as number);
  return sent.subarray(0, count);
}

/** Puts received symbols back to their places; zero where none were sent. */
export function scatterSymbols(received: Float32Array, grid: SymbolGrid): Float32Array {
  const values = new Float32Array(grid.indices.length * grid.most);
  let count = 0;
  forEachSent(grid, (at) => values[at] = received[count++] ?? 0);
  return values;
}

function forEachSent({ indices, masks, most }: SymbolGrid, visit: (at: number) => void): void {
  for (let channel = 0; channel < most; channel++) {
    for (let position = 0; position < indices.length; position++) {
      const rate = indices[position] as number;
      if (masks[rate * most + channel]) visit(position * most + channel);
    }
  }
}

/** Real symbols as complex ones of unit mean power, and the scale that brings them back. */
export interface UnitPower {
  /** f32[k, 2] (re, im); mean |x|^2 = 1. */
  readonly symbols: Float32Array;
  /** sqrt(2 p), p the mean square of the real symbols; 0 where there is nothing but zeros. */
  readonly scale: number;
}

/**
 * Norms the power of one picture.
 *
 * Deviation: p is of this picture alone; the published code takes the mean over a batch.
 */
export function toUnitPower(values: Float32Array): UnitPower {
  const symbols = new Float32Array(values.length + values.length % 2);
  let energy = 0;
  for (const value of values) energy += value * value;
  const scale = Math.sqrt(energy / (symbols.length / 2));
  if (scale > 0) { for (const [i, value] of values.entries()) symbols[i] = value / scale; }
  else symbols.fill(Math.SQRT1_2); // a sign of life: there is no direction to norm
  return { symbols, scale };
}
