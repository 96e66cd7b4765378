/**
 * Pictures and measures for the tests of this folder.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";

/** A smooth colour picture with an edge and a little seeded grain: like a photograph, small. */
export function testPicture(width: number, height: number, seed = 1): RgbImage {
  const data = new Uint8Array(3 * width * height);
  const random = seededNumbers(seed);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shade = 100 + 40 * Math.sin(x / 19 + seed) + 30 * Math.cos(y / 13);
      const edge = x + 2 * y > width ? 40 : 0;
      for (let channel = 0; channel < 3; channel++, at++) {
        data[at] = shade + edge + 12 * channel + (random() & 7);
      }
    }
  }
  return { width, height, data };
}

/** Unsigned 32-bit numbers from a seed (xorshift). */
export function seededNumbers(seed: number): () => number {
  let state = (seed * 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>>= 0;
  };
}

/** Peak signal-to-noise ratio in dB over all samples. */
export function psnr(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return 10 * Math.log10(255 ** 2 * a.length / sum);
}

/** BT.601 luma of a picture as a gray RGB picture, in real arithmetic. */
export function grayOf({ data }: RgbImage): Float64Array {
  const gray = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += 3) {
    const [r, g, b] = data.subarray(at, at + 3) as unknown as [number, number, number];
    gray.fill(0.299 * r + 0.587 * g + 0.114 * b, at, at + 3);
  }
  return gray;
}
