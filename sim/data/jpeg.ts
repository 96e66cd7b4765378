/**
 * Reads JPEG with MozJPEG's decoder, after looking at the file: the decoder paints what is missing
 * grey and would take any size.
 *
 * Source: ITU-T T.81, annex B.
 *
 * @module
 */
import decode, { init } from "@jsquash/jpeg/decode.js";
import { FormatError } from "../../core/errors.ts";
import type { ImageSize } from "../../core/image.ts";
import { type Orientation, readOrientation } from "./exif.ts";
import { checkSides, type Raster } from "./raster.ts";

/** What a JPEG says of itself. */
export interface JpegHeader extends ImageSize {
  /** 1 grey, 3 colour. */
  readonly components: number;
  readonly orientation: Orientation;
}

const SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP1 = 0xe1, TEM = 0x01, RST0 = 0xd0, RST7 = 0xd7;
const NOT_FRAMES = [0xc4, 0xc8, 0xcc]; // DHT, JPG, DAC stand among the codes of frames

/** Scans beyond any encoder's: each costs time for the whole picture. */
const MOST_SCANS = 100;

/** Whether a file begins as every JPEG does. */
export function isJpeg(file: Uint8Array): boolean {
  return file[0] === 0xff && file[1] === SOI && file[2] === 0xff;
}

/**
 * Walks the markers from SOI to EOI.
 *
 * @throws {FormatError} When the file is truncated, damaged or of a kind that cannot be read.
 */
export function readJpegHeader(file: Uint8Array): JpegHeader {
  if (!isJpeg(file)) throw new FormatError("not a JPEG file: its first bytes are others");
  let frame: Frame | undefined, orientation: Orientation = 1, scans = 0;
  let at = 2;
  for (;;) {
    const { marker, data, end } = readSegment(file, at);
    at = end;
    if (marker === EOI) break;
    if (marker === APP1 && isExif(data)) orientation = readOrientation(data);
    if (marker >= 0xc0 && marker <= 0xcf && !NOT_FRAMES.includes(marker)) frame = readFrame(data);
    if (marker === SOS) {
      if (++scans > MOST_SCANS) throw new FormatError(`it has more than ${MOST_SCANS} scans`);
      at = endOfScan(file, at);
    }
  }
  if (!frame || scans === 0) throw new FormatError("it holds no picture");
  return { ...frame, orientation };
}

interface Frame extends ImageSize {
  readonly components: number;
}

interface Segment {
  readonly marker: number;
  readonly data: Uint8Array;
  readonly end: number;
}

/** The marker at a byte, and its data if it has any. */
function readSegment(file: Uint8Array, start: number): Segment {
  let at = start;
  while (file[at] === 0xff && file[at + 1] === 0xff) at++; // fill bytes
  if (at + 2 > file.length) throw cut(file.length);
  const marker = file[at + 1] as number;
  if (file[at] !== 0xff || marker === 0) {
    throw new FormatError(`damaged: no marker stands at byte ${at}, where one is due`);
  }
  const bare = marker === TEM || (marker >= RST0 && marker <= EOI);
  if (bare) return { marker, data: new Uint8Array(0), end: at + 2 };
  if (at + 4 > file.length) throw cut(file.length);
  const length = (file[at + 2] as number) << 8 | (file[at + 3] as number);
  const end = at + 2 + length;
  if (length < 2) throw new FormatError(`damaged: the segment at byte ${at} has length ${length}`);
  if (end > file.length) throw cut(file.length);
  return { marker, data: file.subarray(at + 4, end), end };
}

function readFrame(data: Uint8Array): Frame {
  const [precision = 0, y1 = 0, y0 = 0, x1 = 0, x0 = 0, components = 0] = data;
  if (precision !== 8) {
    throw new FormatError(`JPEG of 8 bits a sample can be read; this one has ${precision}`);
  }
  if (components !== 1 && components !== 3) {
    throw new FormatError(
      `JPEG of 1 or 3 components (grey or colour) can be read; this one has ${components} (CMYK?)`,
    );
  }
  const frame = { width: x1 << 8 | x0, height: y1 << 8 | y0, components };
  checkSides(frame);
  return frame;
}

/** The first byte after a scan's coded data: a marker that is neither stuffed nor a restart. */
function endOfScan(file: Uint8Array, start: number): number {
  for (let at = file.indexOf(0xff, start); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1];
    if (next === undefined) break;
    if (next !== 0 && next !== 0xff && !(next >= RST0 && next <= RST7)) return at;
  }
  throw cut(file.length);
}

function isExif(data: Uint8Array): boolean {
  return String.fromCharCode(...data.subarray(0, 6)) === "Exif\0\0";
}

function cut(length: number): FormatError {
  return new FormatError(`truncated: the end marker is due, the file ends at byte ${length}`);
}

/**
 * Reads a JPEG file: grey as one channel, colour as RGB with full alpha.
 *
 * @throws {FormatError} When the file is truncated, damaged or of a kind that cannot be read.
 */
export async function decodeJpeg(
  file: Uint8Array,
): Promise<{ raster: Raster; orientation: Orientation }> {
  const { width, height, components, orientation } = readJpegHeader(file);
  await ready();
  let pixels: ImageData;
  try {
    pixels = await decode(file.slice().buffer);
  } catch (error) {
    throw new FormatError("damaged: MozJPEG's decoder gave up on it", { cause: error });
  }
  if (pixels.width !== width || pixels.height !== height) {
    throw new FormatError(
      `its header says ${width} x ${height}; decoded it has ${pixels.width} x ${pixels.height}`,
    );
  }
  const rgba = new Uint8Array(pixels.data.buffer, pixels.data.byteOffset, pixels.data.byteLength);
  const raster: Raster = components === 1
    ? { width, height, channels: 1, data: everyFourth(rgba) }
    : { width, height, channels: 4, data: rgba };
  return { raster, orientation };
}

let started: Promise<void> | undefined;

/** Starts the decoder once, with its own complaints silenced: we say what is wrong. */
function ready(): Promise<void> {
  const quiet: object = { print: () => {}, printErr: () => {} };
  return started ??= init(quiet);
}

function everyFourth(rgba: Uint8Array): Uint8Array {
  const out = new Uint8Array(rgba.length / 4);
  for (let at = 0; at < out.length; at++) out[at] = rgba[4 * at] as number;
  return out;
}
