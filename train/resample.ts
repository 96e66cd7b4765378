/**
 * Shrinks a square of a picture, antialiased: each result is a mean over all samples that it covers,
 * weighted by a cubic.
 *
 * Source: Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans. ASSP
 * 29(6), 1981, with a = -1/2, stretched by the factor of the reduction as image editors do.
 *
 * @module
 */
import type { RgbImage } from "../core/image.ts";

/** A square of a picture, in pixels. */
export interface Square {
  readonly top: number;
  readonly left: number;
  readonly side: number;
}

/** Taps of one result: `weights[k]` belongs to the sample `first + k`. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * A square of a picture, shrunk to `out` (or copied, where the sizes are the same) in [0, 1].
 *
 * @param side Of the result; at most that of the square.
 * @param out f32[side, side, 3], row by row.
 * @param mirrored Left and right exchanged.
 */
export function shrink(
  picture: RgbImage,
  square: Square,
  side: number,
  out: Float32Array,
  mirrored: boolean,
): void {
  const taps = tapsOf(square.side, side);
  const rows = new Float32Array(square.side * side * 3);
  shrinkRows(picture, square, taps, rows, mirrored);
  shrinkColumns(rows, side, taps, out);
}

function shrinkRows(
  { data, width }: RgbImage,
  square: Square,
  taps: readonly Taps[],
  rows: Float32Array,
  mirrored: boolean,
): void {
  const side = taps.length;
  for (let row = 0; row < square.side; row++) {
    const begin = ((square.top + row) * width + square.left) * 3;
    for (let column = 0; column < side; column++) {
      const { first, weights } = taps[column] as Taps;
      let red = 0, green = 0, blue = 0;
      for (let tap = 0, at = begin + 3 * first; tap < weights.length; tap++, at += 3) {
        const weight = weights[tap] as number;
        red += weight * (data[at] as number);
        green += weight * (data[at + 1] as number);
        blue += weight * (data[at + 2] as number);
      }
      const to = (row * side + (mirrored ? side - 1 - column : column)) * 3;
      rows[to] = red;
      rows[to + 1] = green;
      rows[to + 2] = blue;
    }
  }
}

function shrinkColumns(
  rows: Float32Array,
  side: number,
  taps: readonly Taps[],
  out: Float32Array,
): void {
  const stride = 3 * side, sums = new Float64Array(stride);
  for (let row = 0; row < side; row++) {
    const { first, weights } = taps[row] as Taps;
    sums.fill(0);
    for (let tap = 0; tap < weights.length; tap++) {
      const weight = weights[tap] as number, begin = (first + tap) * stride;
      for (let at = 0; at < stride; at++) {
        sums[at] = (sums[at] as number) + weight * (rows[begin + at] as number);
      }
    }
    for (let at = 0; at < stride; at++) {
      out[row * stride + at] = Math.max(0, Math.min(255, sums[at] as number)) / 255;
    }
  }
}

function tapsOf(from: number, to: number): Taps[] {
  const scale = from / to, reach = 2 * scale;
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = Float64Array.from(
      { length: end - first },
      (_, tap) => cubic((first + tap + 0.5 - centre) / scale),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

function cubic(x: number): number {
  const a = -0.5, t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
}
