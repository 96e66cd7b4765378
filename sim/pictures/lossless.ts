/**
 * Pictures in a store and in a report: lossless WebP, which every browser shows, at half the bytes
 * of a PNG in about the same time.
 *
 * @module
 */
import encode, { init } from "@jsquash/webp/encode.js";
import { DataError } from "../../core/errors.ts";
import type { RgbImage } from "../../core/image.ts";
import { decodeImageFile } from "../data/mod.ts";
import { encodePng } from "../data/png.ts";

/** A little effort: 0.12 s for 768 x 512 pixels, 3 % above the smallest file. */
const OPTIONS = { lossless: 1, exact: 1, method: 1, quality: 20 };

/**
 * The file of a picture, from which {@linkcode decodeLossless} gives the same samples.
 *
 * @throws {DataError} When libwebp refuses: sides over 16383 pixels.
 */
export async function encodeLossless(image: RgbImage): Promise<Uint8Array<ArrayBuffer>> {
  await ready();
  const { width, height } = image;
  const pixels = { width, height, data: withAlpha(image), colorSpace: "srgb" } as ImageData;
  try {
    return new Uint8Array(await encode(pixels, OPTIONS));
  } catch (error) {
    throw new DataError(`cannot keep a picture of ${width} x ${height} as WebP`, { cause: error });
  }
}

/**
 * The picture in a file.
 *
 * @throws {DataError} When the file is damaged.
 */
export async function decodeLossless(file: Uint8Array, name: string): Promise<RgbImage> {
  return (await decodeImageFile(file.slice(), name)).image;
}

function withAlpha({ width, height, data }: RgbImage): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    rgba[4 * pixel] = data[3 * pixel] as number;
    rgba[4 * pixel + 1] = data[3 * pixel + 1] as number;
    rgba[4 * pixel + 2] = data[3 * pixel + 2] as number;
    rgba[4 * pixel + 3] = 255;
  }
  return rgba;
}

let started: Promise<unknown> | undefined;

/** Starts the encoder once, its own complaints silenced: we say what is wrong. */
function ready(): Promise<unknown> {
  const quiet: object = { print: () => {}, printErr: () => {} };
  return started ??= init(quiet);
}

/** The PNG of a picture, for figures: every program that reads SVG shows those. */
export function pngOf({ width, height, data }: RgbImage): Uint8Array<ArrayBuffer> {
  return encodePng({ width, height, channels: 3, data });
}
