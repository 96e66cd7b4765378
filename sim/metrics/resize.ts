/**
 * The two ways in which pictures are brought to 299 x 299 for FID. They give different numbers:
 * which one was used belongs to the result.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";

/** Side of a picture for the Inception network. */
export const INCEPTION_SIDE = 299;

/** What one output sample is made of: consecutive input samples from `first` on. */
interface Window {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * Bilinear, corners not aligned, no low-pass before: pytorch-fid.
 *
 * @returns f32[side, side, 3] in [0, 1].
 */
export function resizeBilinear(image: RgbImage, side: number = INCEPTION_SIDE): Float32Array {
  const windows = (length: number): Window[] =>
    Array.from({ length: side }, (_, to) => {
      const centre = Math.max(0, (to + 0.5) * length / side - 0.5), first = Math.floor(centre);
      const share = centre - first;
      return first + 1 < length ? { first, weights: [1 - share, share] } : { first, weights: [1] };
    });
  const unit = Float32Array.from(image.data, (value) => value / 255);
  return resample(unit, image, windows(image.width), windows(image.height));
}

/** Parameter of the cubic of PIL. */
const CUBIC = -0.5;

/**
 * Bicubic with the low-pass of PIL, per channel in float, clipped and not rounded: clean-fid.
 *
 * @returns f32[side, side, 3] in [0, 255].
 */
export function resizeBicubic(image: RgbImage, side: number = INCEPTION_SIDE): Float32Array {
  const windows = (length: number): Window[] => {
    const step = length / side, spread = Math.max(1, step), reach = 2 * spread;
    return Array.from({ length: side }, (_, to) => {
      const centre = (to + 0.5) * step;
      const first = Math.max(0, Math.trunc(centre - reach + 0.5));
      const last = Math.min(length, Math.trunc(centre + reach + 0.5));
      const raw = Array.from(
        { length: last - first },
        (_, at) => cubic((first + at - centre + 0.5) / spread),
      );
      const sum = raw.reduce((total, weight) => total + weight, 0);
      return { first, weights: raw.map((weight) => weight / sum) };
    });
  };
  const samples = Float32Array.from(image.data);
  return resample(samples, image, windows(image.width), windows(image.height))
    .map((value) => Math.min(255, Math.max(0, value)));
}

function cubic(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return ((CUBIC + 2) * t - (CUBIC + 3)) * t * t + 1;
  return t < 2 ? (((t - 5) * t + 8) * t - 4) * CUBIC : 0;
}

/** Columns first, then rows; sums in float64, each pass rounded to float32. */
function resample(
  samples: Float32Array,
  { width, height }: RgbImage,
  columns: readonly Window[],
  rows: readonly Window[],
): Float32Array {
  const wide = columns.length, between = new Float32Array(3 * wide * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (const { first, weights } of columns) {
      for (let channel = 0; channel < 3; channel++, to++) {
        let sum = 0, from = 3 * (y * width + first) + channel;
        for (let at = 0; at < weights.length; at++, from += 3) {
          sum += (weights[at] as number) * (samples[from] as number);
        }
        between[to] = sum;
      }
    }
  }
  const line = 3 * wide, out = new Float32Array(line * rows.length);
  for (let y = 0, to = 0; y < rows.length; y++) {
    const { first, weights } = rows[y] as Window;
    for (let x = 0; x < line; x++, to++) {
      let sum = 0, from = first * line + x;
      for (let at = 0; at < weights.length; at++, from += line) {
        sum += (weights[at] as number) * (between[from] as number);
      }
      out[to] = sum;
    }
  }
  return out;
}
