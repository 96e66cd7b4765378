/**
 * Reads still WebP, lossy or lossless, with libwebp's decoder, after looking at the file.
 *
 * Source: RFC 9649.
 *
 * @module
 */
import decode, { init } from "@jsquash/webp/decode.js";
import { FormatError } from "../../core/errors.ts";
import type { ImageSize } from "../../core/image.ts";
import { type Orientation, readOrientation } from "./exif.ts";
import { checkSides, type Raster } from "./raster.ts";

/** What a WebP says of itself. */
export interface WebpHeader extends ImageSize {
  readonly orientation: Orientation;
}

const ANIMATION = 0x02;

/** Whether a file begins as every WebP does. */
export function isWebp(file: Uint8Array): boolean {
  return letters(file, 0) === "RIFF" && letters(file, 8) === "WEBP";
}

/**
 * Walks the chunks of the container.
 *
 * @throws {FormatError} When the file is truncated, damaged, animated or too large.
 */
export function readWebpHeader(file: Uint8Array): WebpHeader {
  if (!isWebp(file)) throw new FormatError("not a WebP file: its first bytes are others");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const end = 8 + view.getUint32(4, true);
  if (end > file.length) {
    throw new FormatError(`truncated: ${end} bytes are due, the file has ${file.length}`);
  }
  let size: ImageSize | undefined, orientation: Orientation = 1;
  for (let at = 12; at + 8 <= end;) {
    const type = letters(file, at), length = view.getUint32(at + 4, true);
    const data = file.subarray(at + 8, at + 8 + length);
    if (at + 8 + length > end) {
      throw new FormatError(`truncated: chunk ${type} at byte ${at} needs ${length} bytes`);
    }
    if (type === "EXIF") orientation = readOrientation(data);
    const claimed = claimedSize(type, data);
    if (claimed) checkSides(claimed);
    size ??= claimed;
    at += 8 + length + (length & 1);
  }
  if (!size) throw new FormatError("it holds no picture");
  return { ...size, orientation };
}

/** The size that a chunk claims, if it is one that does. */
function claimedSize(type: string, data: Uint8Array): ImageSize | undefined {
  const byte = (at: number): number => data[at] ?? 0;
  switch (type) {
    case "VP8X":
      if (byte(0) & ANIMATION) throw new FormatError("an animated WebP is no still picture");
      return {
        width: 1 + (byte(4) | byte(5) << 8 | byte(6) << 16),
        height: 1 + (byte(7) | byte(8) << 8 | byte(9) << 16),
      };
    case "VP8 ":
      return {
        width: (byte(6) | byte(7) << 8) & 0x3fff,
        height: (byte(8) | byte(9) << 8) & 0x3fff,
      };
    case "VP8L":
      return {
        width: 1 + ((byte(1) | byte(2) << 8) & 0x3fff),
        height: 1 + ((byte(2) >> 6 | byte(3) << 2 | byte(4) << 10) & 0x3fff),
      };
    default:
      return undefined;
  }
}

function letters(file: Uint8Array, at: number): string {
  return String.fromCharCode(...file.subarray(at, at + 4));
}

/**
 * Reads a WebP file as RGB with alpha.
 *
 * @throws {FormatError} When the file is truncated, damaged, animated or too large.
 */
export async function decodeWebp(
  file: Uint8Array,
): Promise<{ raster: Raster; orientation: Orientation }> {
  const { width, height, orientation } = readWebpHeader(file);
  await ready();
  let pixels: ImageData;
  try {
    pixels = await decode(file.slice().buffer);
  } catch (error) {
    throw new FormatError("damaged: libwebp gave up on it", { cause: error });
  }
  if (pixels.width !== width || pixels.height !== height) {
    throw new FormatError(
      `its header says ${width} x ${height}; decoded it has ${pixels.width} x ${pixels.height}`,
    );
  }
  const data = new Uint8Array(pixels.data.buffer, pixels.data.byteOffset, pixels.data.byteLength);
  return { raster: { width, height, channels: 4, data }, orientation };
}

let started: Promise<void> | undefined;

/** Starts the decoder once, with its own complaints silenced: we say what is wrong. */
function ready(): Promise<void> {
  const quiet: object = { print: () => {}, printErr: () => {} };
  return started ??= init(quiet);
}
