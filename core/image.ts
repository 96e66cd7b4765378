/**
 * The picture that all codecs and metrics share.
 *
 * @module
 */
import { DataError } from "./errors.ts";

/** Width and height in pixels. */
export interface ImageSize {
  /** Columns, from 1. */
  readonly width: number;
  /** Rows, from 1. */
  readonly height: number;
}

/** 8-bit sRGB picture: rows top to bottom, u8[height, width, 3] interleaved R, G, B. */
export interface RgbImage extends ImageSize {
  /** u8[height, width, 3] */
  readonly data: Uint8Array;
}

/** Source values of a picture, 3 W H: the denominator of the channel bandwidth ratio. */
export function sourceValues(size: ImageSize): number {
  return 3 * size.width * size.height;
}

/**
 * A mid-grey picture (128): what a receiver shows when it knows that it failed.
 */
export function midGrey(size: ImageSize): RgbImage {
  const { width, height } = size;
  return { width, height, data: new Uint8Array(sourceValues(size)).fill(128) };
}

/**
 * Checks that an image is what it claims to be.
 *
 * @throws {DataError} When the sides are not positive integers or the data has another length.
 */
export function checkImage(image: RgbImage, name = "image"): void {
  const { width, height, data } = image;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new DataError(
      `${name}: width and height must be positive integers; got ${width} x ${height}`,
    );
  }
  if (!(data instanceof Uint8Array) || data.length !== sourceValues(image)) {
    throw new DataError(
      `${name}: ${width} x ${height} RGB needs a Uint8Array of ${sourceValues(image)} values; got ${
        data instanceof Uint8Array ? data.length : typeof data
      }`,
    );
  }
}
