/**
 * Pictures as files hold them, before they become 8-bit RGB: 1 to 4 channels of 8 or 16 bits.
 *
 * @module
 */
import { DataError, FormatError } from "../../core/errors.ts";
import type { ImageSize, RgbImage } from "../../core/image.ts";

/** Largest side of a picture that is read, in pixels: what the codecs can take. */
export const MAX_SIDE = 8192;

/** Samples in file order: rows top to bottom, channels interleaved, unassociated alpha last. */
export interface Raster extends ImageSize {
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** u8 or u16[height, width, channels]; the type tells the depth. */
  readonly data: Uint8Array | Uint16Array;
}

/** A picture fit for the codecs, and what had to be done to make it so. */
export interface RgbWithNotes {
  readonly image: RgbImage;
  /** One phrase for each thing done: "16 bit rounded to 8". Empty: the samples are the file's. */
  readonly notes: string[];
}

/**
 * Refuses sizes that no picture of ours may have, before any memory is asked for.
 *
 * @throws {FormatError} When a side is 0 or longer than {@linkcode MAX_SIDE}.
 */
export function checkSides({ width, height }: ImageSize): void {
  if (!(width >= 1 && height >= 1 && width <= MAX_SIDE && height <= MAX_SIDE)) {
    throw new FormatError(
      `sides from 1 to ${MAX_SIDE} pixels can be read; it claims ${width} x ${height}`,
    );
  }
}

/**
 * Checks that a raster is what it claims to be.
 *
 * @throws {DataError} When the length of the data does not follow from size and channels.
 */
export function checkRaster({ width, height, channels, data }: Raster): void {
  if (
    !Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1 ||
    ![1, 2, 3, 4].includes(channels) || data.length !== width * height * channels
  ) {
    throw new DataError(
      `${width} x ${height} pixels of ${channels} channels need ${
        width * height * channels
      } samples; got ${data.length}`,
    );
  }
}

/**
 * Makes a raster 8-bit RGB.
 *
 * Grey becomes R = G = B. 16 bit is rounded to the nearest of 8 bit (v / 257). Alpha is composited
 * over white, on the sRGB values as browsers do, and rounded once; a picture that is opaque
 * everywhere is left as it is.
 */
export function toRgb(raster: Raster): RgbWithNotes {
  const { width, height, channels, data } = raster;
  const notes: string[] = [];
  const wide = data instanceof Uint16Array;
  if (wide) notes.push("16 bit rounded to 8");
  if (channels <= 2) notes.push("grey shown as RGB");
  const transparent = channels % 2 === 0 && !isOpaque(data, channels);
  if (transparent) notes.push("alpha composited over white");
  if (channels === 3 && !wide) return { image: { width, height, data }, notes };

  const top = wide ? 65535 : 255;
  const rgb = new Uint8Array(3 * width * height);
  const green = channels <= 2 ? 0 : 1, blue = channels <= 2 ? 0 : 2;
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    const alpha = transparent ? data[from + channels - 1] as number : top;
    rgb[to] = overWhite(data[from] as number, alpha, top);
    rgb[to + 1] = overWhite(data[from + green] as number, alpha, top);
    rgb[to + 2] = overWhite(data[from + blue] as number, alpha, top);
  }
  return { image: { width, height, data: rgb }, notes };
}

/** (v * alpha + top * (top - alpha)) / top on the scale of 255; all products are exact. */
function overWhite(value: number, alpha: number, top: number): number {
  const square = top * top;
  return Math.floor((255 * (value * alpha + top * (top - alpha)) + square / 2) / square);
}

function isOpaque(data: Uint8Array | Uint16Array, channels: number): boolean {
  const top = data instanceof Uint16Array ? 65535 : 255;
  for (let at = channels - 1; at < data.length; at += channels) {
    if (data[at] !== top) return false;
  }
  return true;
}
