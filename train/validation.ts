/**
 * How good the pictures are that a receiver shows: PSNR over pictures that nothing is trained on.
 *
 * @module
 */
import { isDeliberate } from "../core/errors.ts";
import type { RgbImage } from "../core/image.ts";
import { rootKey } from "../core/random.ts";
import { tf } from "../core/tensor/backend.ts";
import type { Parameters } from "../core/tensor/nn/parameters.ts";
import type { Trainable } from "../core/tensor/trainable.ts";
import type { ImageSource } from "../sim/data/mod.ts";

/** Pictures are cut to this side, so that one of any size fits the memory. */
const LARGEST_SIDE = 1024;
/** The draws of the noise are the same in every training: validations can be compared. */
const KEY = rootKey(5).derive("validation");

/**
 * Pictures to validate on, cut at the bottom and right to multiples of `stride`, and around their
 * middle to 1024 pixels. Broken ones and those smaller than `stride` are left out.
 */
export async function readValidation(
  sources: readonly ImageSource[],
  stride: number,
): Promise<RgbImage[]> {
  const pictures: RgbImage[] = [];
  for (const source of sources) {
    try {
      const picture = await source.load();
      if (Math.min(picture.width, picture.height) >= stride) pictures.push(cut(picture, stride));
    } catch (error) {
      if (!isDeliberate(error)) throw error;
    }
  }
  return pictures;
}

function cut({ width, height, data }: RgbImage, stride: number): RgbImage {
  const kept = (side: number): number => Math.floor(Math.min(side, LARGEST_SIDE) / stride) * stride;
  const first = (side: number): number =>
    side > LARGEST_SIDE ? Math.floor((side - kept(side)) / 2) : 0;
  const [columns, rows] = [kept(width), kept(height)];
  const out = new Uint8Array(3 * columns * rows);
  for (let row = 0; row < rows; row++) {
    const begin = 3 * ((first(height) + row) * width + first(width));
    out.set(data.subarray(begin, begin + 3 * columns), 3 * row * columns);
  }
  return { width: columns, height: rows, data: out };
}

/**
 * Mean over the pictures of their PSNR in dB, from 8-bit values, one draw of the noise each. NaN
 * when a reconstruction has values that are no numbers.
 */
export async function validate(
  trainable: Trainable,
  parameters: Parameters,
  pictures: readonly RgbImage[],
): Promise<number> {
  let sum = 0;
  for (const [index, { width, height, data }] of pictures.entries()) {
    const values = Float32Array.from(data, (value) => value / 255);
    const shown = tf.tidy(() => {
      const picture = tf.tensor4d(values, [1, height, width, 3]);
      return trainable.reconstruct(parameters, picture, KEY.derive(index));
    });
    sum += psnr(data, await shown.data() as Float32Array);
    shown.dispose();
  }
  return sum / pictures.length;
}

function psnr(original: Uint8Array, shown: Float32Array): number {
  let squares = 0;
  for (let at = 0; at < original.length; at++) {
    const value = Math.round(255 * Math.max(0, Math.min(1, shown[at] as number)));
    squares += ((original[at] as number) - value) ** 2;
  }
  return 10 * Math.log10(255 ** 2 / Math.max(1e-9, squares / original.length));
}
