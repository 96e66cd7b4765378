/**
 * Writes PNG: 8 or 16 bits, grey or RGB, with or without alpha, not interlaced.
 *
 * Source: W3C PNG (third edition).
 *
 * @module
 */
import { deflateSync } from "node:zlib";
import { checkRaster, type Raster } from "../raster.ts";
import { writeChunks } from "./chunks.ts";
import { filterRow } from "./filters.ts";
import { GREY, GREY_ALPHA, RGB, RGB_ALPHA } from "./header.ts";

const COLOUR_TYPES = { 1: GREY, 2: GREY_ALPHA, 3: RGB, 4: RGB_ALPHA } as const;

/**
 * The file of a raster; {@linkcode decodePng} gives the same raster back.
 *
 * @throws {DataError} When the data does not have the length its size asks for.
 */
export function encodePng(raster: Raster): Uint8Array<ArrayBuffer> {
  checkRaster(raster);
  const { width, height, channels, data } = raster;
  const depth = data instanceof Uint16Array ? 16 : 8;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([depth, COLOUR_TYPES[channels], 0, 0, 0], 8);
  return writeChunks([
    { type: "IHDR", data: header },
    { type: "IDAT", data: deflateSync(filtered(raster, depth >> 3)) },
  ]);
}

function filtered({ width, height, channels, data }: Raster, sampleBytes: number): Uint8Array {
  const samples = width * channels;
  const length = samples * sampleBytes;
  const out = new Uint8Array(height * (length + 1));
  let above = new Uint8Array(length), row = new Uint8Array(length);
  for (let line = 0; line < height; line++) {
    const from = data.subarray(line * samples, (line + 1) * samples);
    if (from instanceof Uint8Array) row.set(from);
    else putBigEndian(from, row);
    const start = line * (length + 1);
    filterRow(row, above, channels * sampleBytes, out.subarray(start, start + length + 1));
    [above, row] = [row, above];
  }
  return out;
}

function putBigEndian(from: Uint16Array, bytes: Uint8Array): void {
  for (let at = 0; at < from.length; at++) {
    const value = from[at] as number;
    bytes[2 * at] = value >> 8;
    bytes[2 * at + 1] = value & 255;
  }
}
