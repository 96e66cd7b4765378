/**
 * Layered min-sum in floating point, with an offset or a factor: references for the 8-bit decoder.
 *
 * Source: J. Chen et al., "Reduced-complexity decoding of LDPC codes", IEEE Trans. Commun. 53(8),
 * 2005: R = sign * max(0, min - offset), or sign * factor * min.
 *
 * @module
 */
import type { QuasiCyclicCode } from "../qc/quasi_cyclic.ts";

/** Turns the smallest magnitude of the other inputs of a check into the magnitude of its reply. */
export type Correction = { readonly offset: number } | { readonly factor: number };

/** One pass over all rows; `posterior` (f32[columns * Z]) and `messages` are updated in place. */
export function layeredMinSum(
  code: QuasiCyclicCode,
  posterior: Float32Array,
  messages: Float32Array,
  correction: Correction,
): void {
  const factor = "factor" in correction ? correction.factor : 1;
  const offset = "offset" in correction ? correction.offset : 0;
  for (let row = 0; row < code.rows; row++) {
    updateRow(code, row, posterior, messages, factor, offset);
  }
}

function updateRow(
  code: QuasiCyclicCode,
  row: number,
  posterior: Float32Array,
  messages: Float32Array,
  factor: number,
  offset: number,
): void {
  const size = code.liftingSize;
  const first = code.rowStart[row] as number;
  const degree = (code.rowStart[row + 1] as number) - first;
  const at = new Int32Array(degree);
  const input = new Float64Array(degree);
  for (let lane = 0; lane < size; lane++) {
    let min1 = Infinity, min2 = Infinity, smallest = 0, negative = 0;
    for (let e = 0; e < degree; e++) {
      const turned = lane + (code.shift[first + e] as number);
      const position = (code.column[first + e] as number) * size +
        (turned < size ? turned : turned - size);
      const value = (posterior[position] as number) -
        (messages[(first + e) * size + lane] as number);
      at[e] = position;
      input[e] = value;
      if (value < 0) negative ^= 1;
      const magnitude = Math.abs(value);
      if (magnitude < min1) {
        min2 = min1;
        min1 = magnitude;
        smallest = e;
      } else if (magnitude < min2) min2 = magnitude;
    }
    const reply1 = Math.max(0, factor * min1 - offset);
    const reply2 = Math.max(0, factor * min2 - offset);
    for (let e = 0; e < degree; e++) {
      const value = input[e] as number;
      const magnitude = e === smallest ? reply2 : reply1;
      const reply = (negative === 1) !== (value < 0) ? -magnitude : magnitude;
      messages[(first + e) * size + lane] = reply;
      posterior[at[e] as number] = value + reply;
    }
  }
}
