/**
 * Parts of pictures: cut out, or shrunk.
 *
 * @module
 */
import type { ImageSize, RgbImage } from "../../core/image.ts";

/** A part of a picture, in its pixels. */
export interface Area extends ImageSize {
  readonly left: number;
  readonly top: number;
}

/** Longest side of what is kept of a picture. */
export const WINDOW_SIDE = 1024;

/** What is kept of a picture: its middle, or all where it is not larger. */
export function windowOf({ width, height }: ImageSize): Area {
  const [w, h] = [Math.min(width, WINDOW_SIDE), Math.min(height, WINDOW_SIDE)];
  return { left: (width - w) >> 1, top: (height - h) >> 1, width: w, height: h };
}

/** The samples of a part that lies inside. */
export function cut(image: RgbImage, { left, top, width, height }: Area): RgbImage {
  if (width === image.width && height === image.height) return image;
  const data = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    const from = 3 * ((top + row) * image.width + left);
    data.set(image.data.subarray(from, from + 3 * width), 3 * row * width);
  }
  return { width, height, data };
}

/** Means of `factor` x `factor` pixels, in the samples' own scale; what is left at the edges goes. */
export function shrink(image: RgbImage, factor: number): RgbImage {
  if (factor <= 1) return image;
  const width = Math.max(1, Math.floor(image.width / factor));
  const height = Math.max(1, Math.floor(image.height / factor));
  const data = new Uint8Array(3 * width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      meanPixel(image, { left: column * factor, top: row * factor }, factor, (channel, mean) => {
        data[3 * (row * width + column) + channel] = mean;
      });
    }
  }
  return { width, height, data };
}

function meanPixel(
  { width, height, data }: RgbImage,
  { left, top }: Pick<Area, "left" | "top">,
  factor: number,
  put: (channel: number, mean: number) => void,
): void {
  const right = Math.min(width, left + factor), bottom = Math.min(height, top + factor);
  const count = (right - left) * (bottom - top);
  for (let channel = 0; channel < 3; channel++) {
    let total = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) total += data[3 * (y * width + x) + channel] as number;
    }
    put(channel, Math.round(total / count));
  }
}
