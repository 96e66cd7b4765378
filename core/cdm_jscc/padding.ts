/**
 * Pictures of any size for networks that want sides which are multiples of 64: pixels are added at
 * bottom and right, sent and paid for like the others, and cut off after decoding.
 *
 * Deviation: the published test cuts pictures to multiples of 128 instead.
 *
 * @module
 */
import type { ImageSize, RgbImage } from "../image.ts";
import { STRIDE } from "./architecture.ts";

/** Sides rounded up to multiples of 64. */
export function paddedSize({ width, height }: ImageSize): ImageSize {
  return { width: STRIDE * Math.ceil(width / STRIDE), height: STRIDE * Math.ceil(height / STRIDE) };
}

/**
 * The picture in [-1, 1] with padding, f32[height, width, 3] of {@linkcode paddedSize}: mirrored at
 * the last pixel, or where a side is too short for that, the last pixel repeated.
 */
export function padPicture(image: RgbImage): Float32Array {
  const { width, height, data } = image, padded = paddedSize(image);
  const columns = sources(width, padded.width), rows = sources(height, padded.height);
  const x = new Float32Array(3 * padded.width * padded.height);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = 3 * (row * width + column);
      for (let colour = 0; colour < 3; colour++) {
        x[to++] = (data[from + colour] as number) / 127.5 - 1;
      }
    }
  }
  return x;
}

/**
 * A picture from f32[height, width, 3] of {@linkcode paddedSize} in [-1, 1]: clamped, rounded to 8
 * bits, without the padding.
 */
export function cropPicture(x: Float32Array, size: ImageSize): RgbImage {
  const { width, height } = size, rowValues = 3 * paddedSize(size).width;
  const data = new Uint8Array(3 * width * height);
  let to = 0;
  for (let row = 0; row < height; row++) {
    let from = row * rowValues;
    for (const end = to + 3 * width; to < end; to++, from++) {
      const value = Math.floor(127.5 * ((x[from] as number) + 1) + 0.5);
      data[to] = Math.min(255, Math.max(0, value));
    }
  }
  return { width, height, data };
}

/** Index in a side of `length` for each place of its padded side. */
function sources(length: number, padded: number): Int32Array {
  const last = length - 1, mirrors = padded - length <= last;
  return Int32Array.from(
    { length: padded },
    (_, place) => place <= last ? place : mirrors ? 2 * last - place : last,
  );
}
