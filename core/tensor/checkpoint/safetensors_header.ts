/**
 * The header of a safetensors file, checked: every byte behind it belongs to exactly one tensor.
 *
 *     u64 n | n bytes of JSON {"name": {"dtype", "shape", "data_offsets": [begin, end]}} | numbers
 *                                                  begin, end count from here ------------^
 *
 * Source: huggingface/safetensors, README, "Format". Little-endian throughout.
 *
 * @module
 */
import { type DType, DTYPE_BYTES, isDType } from "./dtype.ts";
import { findFlaw } from "./header_scan.ts";
import { elementCount, formatShape } from "./shape.ts";
import { quoted, unreadable } from "./unreadable.ts";

/**
 * Most bytes of a header: 25,000 tensors with long names.
 *
 * Deviation: the format allows 100 MB; JSON of that size takes a gigabyte of memory.
 */
export const MAX_HEADER_BYTES = 4 << 20;

/** Where one tensor lies, in bytes from the start of the file. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A checked header. */
export interface Header {
  /** Sorted by position. */
  readonly entries: readonly HeaderEntry[];
  /** Free texts about the file, `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads and checks the header.
 *
 * @param bytes The whole file.
 * @param file Its name, for messages.
 * @throws {FormatError} When anything in it is wrong; the text names the tensor.
 */
export function readHeader(bytes: Uint8Array, file: string): Header {
  const { json, start } = headerJson(bytes, file);
  const metadata = new Map<string, string>();
  const entries: HeaderEntry[] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name === "__metadata__") readMetadata(value, metadata, file);
    else entries.push(readEntry(name, value, start, file));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(entries, start, bytes.length, file);
  return { entries, metadata };
}

function headerJson(bytes: Uint8Array, file: string): { json: object; start: number } {
  if (bytes.length < 8) {
    throw unreadable(file, `a safetensors file begins with 8 bytes; it has ${bytes.length}`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw unreadable(
      file,
      `its header wants ${length} bytes; a safetensors header has at most ${MAX_HEADER_BYTES}`,
    );
  }
  const start = 8 + Number(length);
  if (start > bytes.length) {
    throw unreadable(file, `its header wants ${length} bytes, the file has ${bytes.length - 8}`);
  }
  let json: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      bytes.subarray(8, start),
    );
    const flaw = findFlaw(text, 3);
    if (flaw?.kind === "duplicate") throw unreadable(file, `${quoted(flaw.what)} stands twice`);
    if (flaw) throw unreadable(file, `its header is nested ${flaw.what} deep; 3 is enough`);
    json = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw unreadable(file, "its header is no JSON in UTF-8");
    }
    throw error;
  }
  if (!isObject(json)) throw unreadable(file, "its header is no JSON object");
  return { json, start };
}

function readMetadata(value: unknown, metadata: Map<string, string>, file: string): void {
  if (!isObject(value)) throw unreadable(file, "__metadata__ is no object of texts");
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") {
      throw unreadable(file, `__metadata__ ${quoted(key)} is no text`);
    }
    metadata.set(key, text);
  }
}

function readEntry(name: string, value: unknown, start: number, file: string): HeaderEntry {
  const tensor = quoted(name);
  if (!isObject(value)) throw unreadable(file, `${tensor} is no object`);
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (!isDType(dtype)) {
    const came = typeof dtype === "string" ? quoted(dtype) : String(typeof dtype);
    throw unreadable(
      file,
      `${tensor} has dtype ${came}; known are ${Object.keys(DTYPE_BYTES).join(", ")}`,
    );
  }
  if (!isIntegers(shape) || Number.isNaN(elementCount(shape))) {
    throw unreadable(file, `${tensor} has no shape of non-negative integers of sensible size`);
  }
  if (!isIntegers(offsets) || offsets.length !== 2) {
    throw unreadable(file, `${tensor} has no data_offsets [begin, end]`);
  }
  const [begin, end] = offsets as [number, number];
  const bytes = elementCount(shape) * DTYPE_BYTES[dtype];
  if (end - begin !== bytes) {
    throw unreadable(
      file,
      `${tensor} ${dtype}${formatShape(shape)} needs ${bytes} bytes; ` +
        `its data_offsets [${begin}, ${end}] give ${end - begin}`,
    );
  }
  // Where the header's own length is odd, as old writers left it, the reader copies instead.
  if (begin % DTYPE_BYTES[dtype] !== 0) {
    throw unreadable(
      file,
      `${tensor} is misaligned: ${dtype} begins at byte ${begin}, ` +
        `no multiple of ${DTYPE_BYTES[dtype]}`,
    );
  }
  return { name, dtype, shape, begin: start + begin, end: start + end };
}

/** Holes and overlaps hide things; the format forbids both. */
function checkCover(
  entries: readonly HeaderEntry[],
  start: number,
  length: number,
  file: string,
): void {
  let end = start, before = "";
  for (const entry of entries) {
    const name = quoted(entry.name);
    if (entry.end > length) {
      throw unreadable(file, `${name} ends at byte ${entry.end}, the file at byte ${length}`);
    }
    if (entry.begin < end) throw unreadable(file, `${name} overlaps ${before}`);
    if (entry.begin > end) {
      throw unreadable(file, `bytes ${end} to ${entry.begin}, before ${name}, belong to no tensor`);
    }
    [end, before] = [entry.end, name];
  }
  if (end !== length) throw unreadable(file, `its last ${length - end} bytes belong to no tensor`);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isIntegers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}
