/**
 * Pictures of any size for networks that want sides which are multiples of their stride: pixels are
 * added at bottom and right, and cut off after decoding.
 *
 * @module
 */
import type { ImageSize, RgbImage } from "../../image.ts";

/** Sides rounded up to multiples of `stride`. */
export function paddedSize({ width, height }: ImageSize, stride: number): ImageSize {
  return {
    width: stride * Math.ceil(width / stride),
    height: stride * Math.ceil(height / stride),
  };
}

/**
 * The picture in [0, 1] with padding, f32[height, width, 3] of {@linkcode paddedSize}: mirrored at the
 * last pixel, or where a side is too short for that, the last pixel repeated.
 */
export function padPicture({ width, height, data }: RgbImage, stride: number): Float32Array {
  const padded = paddedSize({ width, height }, stride);
  const columns = sources(width, padded.width), rows = sources(height, padded.height);
  const x = new Float32Array(3 * padded.width * padded.height);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = 3 * (row * width + column);
      x[to++] = (data[from] as number) / 255;
      x[to++] = (data[from + 1] as number) / 255;
      x[to++] = (data[from + 2] as number) / 255;
    }
  }
  return x;
}

/**
 * A picture from f32[height, width, 3] of {@linkcode paddedSize}: clamped, rounded to 8 bits, without
 * the padding.
 */
export function cropPicture(x: Float32Array, size: ImageSize, stride: number): RgbImage {
  const { width, height } = size, rowValues = 3 * paddedSize(size, stride).width;
  const data = new Uint8Array(3 * width * height);
  let to = 0;
  for (let row = 0; row < height; row++) {
    let from = row * rowValues;
    for (const end = to + 3 * width; to < end; to++, from++) {
      // Half up, as a cast of x + 1/2: NaN cannot come from finite weights and symbols.
      data[to] = Math.min(255, Math.max(0, Math.floor(255 * (x[from] as number) + 0.5)));
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
