/**
 * Pictures as networks want them: scaled per channel, cut into patches.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";

/** One number a channel. */
export type PerChannel = readonly [number, number, number];

/** How samples 0..255 become numbers: scale[c] * v + offset[c]. */
export interface Scaling {
  readonly scale: PerChannel;
  readonly offset: PerChannel;
  /** Blue first, as Caffe's networks want it; scale and offset are then those of B, G, R. */
  readonly bgr?: boolean;
}

/** Samples 0..255 become `low`..`high`; then the mean is taken off and the deviation divided by. */
export function scaling(
  low: number,
  high: number,
  mean: PerChannel = [0, 0, 0],
  deviation: PerChannel = [1, 1, 1],
): Scaling {
  const each = (of: (channel: 0 | 1 | 2) => number): PerChannel => [of(0), of(1), of(2)];
  return {
    scale: each((channel) => (high - low) / 255 / deviation[channel]),
    offset: each((channel) => (low - mean[channel]) / deviation[channel]),
  };
}

/** The statistics of ImageNet that torchvision's networks want, on [0, 1]. */
export const IMAGENET: Scaling = scaling(0, 1, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

/** Numbers f32[pictures, height, width, 3] of pictures of one size. */
export function scaled(
  pictures: readonly RgbImage[],
  { scale, offset, bgr }: Scaling,
): Float32Array {
  const numbers = new Float32Array(pictures.reduce((sum, { data }) => sum + data.length, 0));
  const order = bgr ? [2, 1, 0] as const : [0, 1, 2] as const;
  let to = 0;
  for (const { data } of pictures) {
    for (let at = 0; at < data.length; at += 3) {
      for (let channel = 0; channel < 3; channel++, to++) {
        const value = data[at + (order[channel] as number)] as number;
        numbers[to] = (scale[channel] as number) * value + (offset[channel] as number);
      }
    }
  }
  return numbers;
}

/** Side of a patch. */
export const PATCH = 256;

/**
 * Patches of 256 x 256 pixels without overlap from the top-left corner, row by row; what is left at
 * the right and at the bottom is dropped. With `shift` the grid begins so many pixels further right
 * and down.
 *
 * Source: zhang-guangyi/cdm-jscc, cropped.py.
 */
export function patches(image: RgbImage, shift = 0): RgbImage[] {
  const cut: RgbImage[] = [];
  for (let top = shift; top + PATCH <= image.height; top += PATCH) {
    for (let left = shift; left + PATCH <= image.width; left += PATCH) {
      cut.push(patch(image, left, top));
    }
  }
  return cut;
}

function patch({ width, data }: RgbImage, left: number, top: number): RgbImage {
  const rows = new Uint8Array(3 * PATCH * PATCH);
  for (let row = 0; row < PATCH; row++) {
    const from = 3 * ((top + row) * width + left);
    rows.set(data.subarray(from, from + 3 * PATCH), 3 * row * PATCH);
  }
  return { width: PATCH, height: PATCH, data: rows };
}
