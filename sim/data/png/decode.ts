/**
 * Reads PNG exactly: every bit depth, colour type and interlace method of the standard.
 *
 *     chunks -> inflate, bounded by the header -> unfilter -> samples -> colours
 *
 * Samples are those of the file: gamma, ICC profiles and EXIF are not applied. Source: W3C PNG
 * (third edition).
 *
 * @module
 */
import { inflateSync } from "node:zlib";
import { FormatError } from "../../../core/errors.ts";
import type { Raster } from "../raster.ts";
import { readChunks } from "./chunks.ts";
import { toColours } from "./colours.ts";
import { unfilter } from "./filters.ts";
import { checkColours, type Colours, type Header, readHeader } from "./header.ts";
import { type Pass, passes } from "./interlace.ts";

/** Deflate cannot do better than 258 bytes for 2 bits. */
const MOST_EXPANSION = 1032;

/**
 * Reads a PNG file.
 *
 * Grey of 1, 2 and 4 bits is scaled to 8; a palette becomes RGB; tRNS becomes an alpha channel.
 *
 * @returns u8 samples, u16 for files of 16 bits.
 * @throws {FormatError} When the file is truncated, damaged, hostile or larger than can be read.
 */
export function decodePng(file: Uint8Array): Raster {
  const { header, colours, compressed } = readFile(file);
  const geometry = passes(header, header.interlaced);
  const raw = inflate(compressed, geometry.reduce((sum, pass) => sum + passBytes(header, pass), 0));
  const pixels = header.width * header.height * header.samples;
  const samples = header.depth === 16 ? new Uint16Array(pixels) : new Uint8Array(pixels);
  let at = 0;
  for (const pass of geometry) {
    readPass(raw.subarray(at), header, pass, samples);
    at += passBytes(header, pass);
  }
  return toColours(header, colours, samples);
}

interface Parts {
  readonly header: Header;
  readonly colours: Colours;
  readonly compressed: readonly Uint8Array[];
}

function readFile(file: Uint8Array): Parts {
  let header: Header | undefined;
  const colours: { palette?: Uint8Array; transparency?: Uint8Array } = {};
  const compressed: Uint8Array[] = [];
  let previous = "";
  for (const { type, data } of readChunks(file)) {
    if (!header) {
      if (type !== "IHDR") throw new FormatError(`the first chunk is IHDR; got ${type}`);
      header = readHeader(data);
    } else if (type === "PLTE") colours.palette = data;
    else if (type === "tRNS") colours.transparency = data;
    else if (type === "IDAT") {
      if (compressed.length > 0 && previous !== "IDAT") {
        throw new FormatError(`damaged: chunk ${previous} stands between two of IDAT`);
      }
      compressed.push(data);
    } else if (type !== "IEND" && /^[A-Z]/.test(type)) {
      throw new FormatError(`chunk ${type} is needed to read the file, and unknown`);
    }
    previous = type;
  }
  if (!header || compressed.length === 0) throw new FormatError("it holds no pixels");
  checkColours(header, colours);
  return { header, colours, compressed };
}

function inflate(compressed: readonly Uint8Array[], length: number): Uint8Array {
  const size = compressed.reduce((sum, part) => sum + part.length, 0);
  if (length > size * MOST_EXPANSION) {
    throw new FormatError(
      `truncated: ${length} bytes of pixels cannot come from ${size} compressed ones`,
    );
  }
  const joined = new Uint8Array(size);
  let at = 0;
  for (const part of compressed) {
    joined.set(part, at);
    at += part.length;
  }
  let raw: Uint8Array;
  try {
    raw = inflateSync(joined, { maxOutputLength: length });
  } catch (error) {
    throw new FormatError(whyNotInflated(error, length), { cause: error });
  }
  if (raw.length < length) {
    throw new FormatError(`truncated: ${length} bytes of pixels are due, ${raw.length} came`);
  }
  return raw;
}

function whyNotInflated(error: unknown, length: number): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_BUFFER_TOO_LARGE") return `damaged: more than ${length} bytes of pixels come`;
  if (code === "Z_BUF_ERROR") return "truncated: the compressed pixels end too early";
  return `damaged: the compressed pixels cannot be read (${
    error instanceof Error ? error.message : error
  })`;
}

function rowBytes({ depth, samples }: Header, width: number): number {
  return Math.ceil(width * samples * depth / 8);
}

function passBytes(header: Header, { width, height }: Pass): number {
  return height * (1 + rowBytes(header, width));
}

/** Unfilters a pass in place and puts its samples where they belong in the picture. */
function readPass(
  raw: Uint8Array,
  header: Header,
  pass: Pass,
  picture: Uint8Array | Uint16Array,
): void {
  const { depth, samples } = header;
  const length = rowBytes(header, pass.width);
  const distance = Math.max(1, samples * depth >> 3);
  const row = new Uint16Array(pass.width * samples);
  for (let line = 0; line < pass.height; line++) {
    const start = line * (length + 1) + 1;
    unfilter(raw, start, length, line === 0 ? -1 : start - length - 1, distance);
    const to = ((pass.y + line * pass.dy) * header.width + pass.x) * samples;
    if (depth === 8 && pass.dx === 1) {
      picture.set(raw.subarray(start, start + length), to);
      continue;
    }
    unpack(raw, start, depth, row);
    for (let column = 0, from = 0; column < pass.width; column++) {
      for (let sample = 0; sample < samples; sample++) {
        picture[to + column * pass.dx * samples + sample] = row[from++] as number;
      }
    }
  }
}

/** Samples of 1 to 16 bits, most significant bit first, to one number each. */
function unpack(raw: Uint8Array, start: number, depth: number, row: Uint16Array): void {
  if (depth === 16) {
    for (let at = 0, from = start; at < row.length; at++, from += 2) {
      row[at] = (raw[from] as number) << 8 | (raw[from + 1] as number);
    }
    return;
  }
  const mask = (1 << depth) - 1;
  for (let at = 0, bit = 0; at < row.length; at++, bit += depth) {
    row[at] = (raw[start + (bit >> 3)] as number) >> (8 - depth - (bit & 7)) & mask;
  }
}
