/**
 * The orientation that a camera notes in EXIF, and how to undo it.
 *
 * Source: CIPA DC-008 (Exif 2.32), clause 4.6.4, tag Orientation; TIFF 6.0 for the container.
 *
 * @module
 */
import type { Raster } from "./raster.ts";

/** Where the first row and column of the samples stand in the picture; 1 is as they are. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112, SHORT = 3;
const PREFIX = [0x45, 0x78, 0x69, 0x66, 0, 0]; // "Exif", 0, 0: before the TIFF header in JPEG

/**
 * The orientation in a block of EXIF, with or without its prefix.
 *
 * @returns 1 also when the block is damaged or does not say: EXIF never makes a picture unreadable.
 */
export function readOrientation(exif: Uint8Array): Orientation {
  const start = PREFIX.every((byte, at) => exif[at] === byte) ? PREFIX.length : 0;
  const view = new DataView(exif.buffer, exif.byteOffset + start, exif.length - start);
  if (view.byteLength < 8) return 1;
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (view.getUint16(2, little) !== 42 || directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > view.byteLength) return 1;
    if (view.getUint16(at, little) !== ORIENTATION_TAG) continue;
    const value = view.getUint16(at + 8, little);
    return view.getUint16(at + 2, little) === SHORT && value >= 1 && value <= 8
      ? value as Orientation
      : 1;
  }
  return 1;
}

/**
 * The raster as it is meant to be seen.
 *
 *     1 as it is    2 mirrored left-right    3 turned by 180    4 mirrored top-bottom
 *     5 transposed  6 turned right by 90     7 transversed      8 turned left by 90
 */
export function orient(raster: Raster, orientation: Orientation): Raster {
  if (orientation === 1) return raster;
  const { width, height, channels, data } = raster;
  const swapped = orientation >= 5;
  const size = swapped ? { width: height, height: width } : { width, height };
  const out = data instanceof Uint16Array
    ? new Uint16Array(data.length)
    : new Uint8Array(data.length);
  // what happens to the axes of the source, by the first row and column of the table of the standard
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  let to = 0;
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const column = swapped ? y : x, row = swapped ? x : y;
      const sourceX = fromRight ? width - 1 - column : column;
      const sourceY = fromBottom ? height - 1 - row : row;
      const from = (sourceY * width + sourceX) * channels;
      for (let channel = 0; channel < channels; channel++) {
        out[to++] = data[from + channel] as number;
      }
    }
  }
  return { ...size, channels, data: out };
}
