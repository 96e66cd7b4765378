/**
 * Reads a picture file as the 8-bit RGB that codecs work on.
 *
 * | in the file | in the picture |
 * | --- | --- |
 * | PNG of any kind, JPEG (grey, colour), still WebP | told apart by content, not by name |
 * | samples | as they are: ICC profiles and gamma are not applied |
 * | 16 bit | rounded to the nearest of 8 bit |
 * | grey, palette | R = G = B, or the palette's colours |
 * | alpha | composited over white, on the sRGB values |
 * | EXIF orientation | applied |
 * | sides over 8192, CMYK, 12 bit JPEG, animation, damage | refused |
 *
 * JPEG and WebP carry no checksum: damage inside their coded data may go unseen. A truncated file
 * is always seen.
 *
 * @module
 */
import { DataError, FormatError } from "../../core/errors.ts";
import { orient, type Orientation, readOrientation } from "./exif.ts";
import { decodeJpeg, isJpeg } from "./jpeg.ts";
import { readChunks } from "./png/chunks.ts";
import { decodePng, isPng } from "./png.ts";
import { type Raster, type RgbWithNotes, toRgb } from "./raster.ts";
import { decodeWebp, isWebp } from "./webp.ts";

/**
 * Reads a PNG, JPEG or WebP file.
 *
 * @param name What the file is called in the text of an error.
 * @returns The picture, and a phrase for each thing that had to be done to its samples.
 * @throws {DataError} When the file is no such picture, damaged or too large; it names the file.
 */
export async function decodeImageFile(bytes: Uint8Array, name: string): Promise<RgbWithNotes> {
  try {
    const { raster, orientation } = await decodeAny(bytes);
    const { image, notes } = toRgb(orient(raster, orientation));
    return {
      image,
      notes: orientation === 1 ? notes : [`EXIF orientation ${orientation} applied`, ...notes],
    };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new DataError(`Cannot read "${name}": ${error.message}`, { cause: error });
  }
}

async function decodeAny(
  bytes: Uint8Array,
): Promise<{ raster: Raster; orientation: Orientation }> {
  if (isPng(bytes)) return { raster: decodePng(bytes), orientation: pngOrientation(bytes) };
  if (isJpeg(bytes)) return await decodeJpeg(bytes);
  if (isWebp(bytes)) return await decodeWebp(bytes);
  throw new FormatError(
    bytes.length === 0 ? "the file is empty" : "its content is neither PNG, JPEG nor WebP",
  );
}

function pngOrientation(bytes: Uint8Array): Orientation {
  for (const { type, data } of readChunks(bytes)) {
    if (type === "eXIf") return readOrientation(data);
  }
  return 1;
}
