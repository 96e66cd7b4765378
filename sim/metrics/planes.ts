/**
 * Single channels of two pictures, held as sum and difference, and their reduction by two.
 *
 * With p = a + b and q = a - b the window sums of SSIM need four filtered maps (p, q, p^2, q^2) in
 * place of five (a, b, a^2, b^2, ab); averaging is linear, so a pyramid of p and q serves as well
 * as one of a and b.
 *
 * @module
 */
import type { ImageSize, RgbImage } from "../../core/image.ts";

/** Sum and difference of one channel of two pictures, f64[height, width] each. */
export interface PlanePair extends ImageSize {
  readonly sum: Float64Array;
  readonly difference: Float64Array;
}

/** One channel (0 R, 1 G, 2 B) of two pictures of equal size, on the scale of 0 to 255. */
export function planePair(a: RgbImage, b: RgbImage, channel: 0 | 1 | 2): PlanePair {
  const { width, height } = a;
  const sum = new Float64Array(width * height), difference = new Float64Array(width * height);
  for (let pixel = 0, at: number = channel; pixel < sum.length; pixel++, at += 3) {
    const first = a.data[at] as number, second = b.data[at] as number;
    sum[pixel] = first + second;
    difference[pixel] = first - second;
  }
  return { width, height, sum, difference };
}

/**
 * What happens at the border of an odd side when 2 x 2 pixels become one.
 *
 * - `zero`: a zero is put before the first pixel and counted in the mean, as average pooling with
 *   padding does: windows (0, x0), (x1, x2), ...
 * - `partial`: the last window averages the pixels that exist, as pooling in ceil mode does:
 *   windows (x0, x1), ..., (x last).
 */
export type OddSide = "zero" | "partial";

/** Halves both sides, rounded up, by the mean of 2 x 2 pixels. */
export function halve(planes: PlanePair, odd: OddSide): PlanePair {
  const { width, height, sum, difference } = planes;
  return {
    width: Math.ceil(width / 2),
    height: Math.ceil(height / 2),
    sum: halvePlane(sum, width, height, odd),
    difference: halvePlane(difference, width, height, odd),
  };
}

function halvePlane(
  plane: Float64Array,
  width: number,
  height: number,
  odd: OddSide,
): Float64Array {
  const outWidth = Math.ceil(width / 2), outHeight = Math.ceil(height / 2);
  const out = new Float64Array(outWidth * outHeight);
  const left = odd === "zero" ? width % 2 : 0, top = odd === "zero" ? height % 2 : 0;
  for (let row = 0, to = 0; row < outHeight; row++) {
    const y0 = 2 * row - top, y1 = y0 + 1;
    for (let column = 0; column < outWidth; column++, to++) {
      const x0 = 2 * column - left, x1 = x0 + 1;
      const inside = x0 >= 0 && y0 >= 0 && x1 < width && y1 < height;
      if (inside) {
        const at = y0 * width + x0;
        out[to] = 0.25 * ((plane[at] as number) + (plane[at + 1] as number) +
          (plane[at + width] as number) + (plane[at + width + 1] as number));
        continue;
      }
      let total = 0, count = 0;
      for (const y of [y0, y1]) {
        for (const x of [x0, x1]) {
          if (x < 0 || y < 0 || x >= width || y >= height) continue;
          total += plane[y * width + x] as number;
          count++;
        }
      }
      out[to] = total / (odd === "zero" ? 4 : count);
    }
  }
  return out;
}
