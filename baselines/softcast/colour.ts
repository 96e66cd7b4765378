/**
 * Colour planes: luma and two colour differences of full range (JPEG's, ITU-R BT.601).
 *
 * @module
 */
import type { ImageSize, RgbImage } from "semcast";

/** Y, Cb, Cr, f64 each, 0 to 255 and -128 to 127. */
export type Planes = readonly [Float64Array, Float64Array, Float64Array];

/** Planes of a picture. */
export function planesOf({ width, height, data }: RgbImage): Planes {
  const planes: Planes = emptyPlanes({ width, height });
  const [luma, blue, red] = planes;
  for (let at = 0; at < width * height; at++) {
    const r = data[3 * at] as number,
      g = data[3 * at + 1] as number,
      b = data[3 * at + 2] as number;
    const y = 0.299 * r + 0.587 * g + 0.114 * b;
    luma[at] = y, blue[at] = (b - y) / 1.772, red[at] = (r - y) / 1.402;
  }
  return planes;
}

/** The picture of planes, rounded and clamped to 8 bits. */
export function imageOf([luma, blue, red]: Planes, { width, height }: ImageSize): RgbImage {
  const data = new Uint8ClampedArray(3 * width * height); // rounds to the nearest, ties to even
  for (let at = 0; at < width * height; at++) {
    const y = luma[at] as number, cb = blue[at] as number, cr = red[at] as number;
    const r = y + 1.402 * cr, b = y + 1.772 * cb;
    data[3 * at] = r, data[3 * at + 1] = (y - 0.299 * r - 0.114 * b) / 0.587, data[3 * at + 2] = b;
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** All zero. */
export function emptyPlanes({ width, height }: ImageSize): Planes {
  const plane = (): Float64Array => new Float64Array(width * height);
  return [plane(), plane(), plane()];
}
