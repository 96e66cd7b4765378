/**
 * The directory of a zip archive, checked before any entry is read: stored and deflated entries,
 * zip64; no encryption, no parts, nothing that could hold a second meaning for another reader.
 *
 *     local header, name, extra, data | ... | central directory | [zip64 end] | end of directory
 *
 * Source: PKWARE APPNOTE.TXT 6.3.9, clauses 4.3 to 4.5.
 *
 * @module
 */
import { quoted, unreadable } from "../unreadable.ts";
import type { ByteSource } from "./byte_source.ts";

const MAX_ENTRIES = 100_000;
const MAX_DIRECTORY_BYTES = 32 << 20;

/** Most bytes that a deflated entry may become; PyTorch stores tensors, and only these are large. */
const MAX_INFLATED_BYTES = 1 << 30;

/** DEFLATE makes at most 258 bytes of 2 bits. */
const MAX_RATIO = 1032;

const CENTRAL = 0x02014b50, END = 0x06054b50, END_64 = 0x06064b50, LOCATOR_64 = 0x07064b50;
const IN_ZIP64 = 0xffffffff;

/** How the bytes of an entry are kept. */
export const STORED = 0, DEFLATED = 8;

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes, unpacked. */
  readonly size: number;
  readonly packedSize: number;
  readonly method: number;
  /** Position of the local header. */
  readonly offset: number;
}

/**
 * Reads the entries of an archive by name.
 *
 * @param file Its name, for messages.
 * @throws {FormatError} When it is truncated, damaged, encrypted, or holds entries twice or in one
 * another.
 */
export async function readZipDirectory(
  source: ByteSource,
  file: string,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const directory = await locateDirectory(source, file);
  if (directory.entries > MAX_ENTRIES || directory.size > MAX_DIRECTORY_BYTES) {
    throw unreadable(
      file,
      `its directory has ${directory.entries} entries in ${directory.size} bytes; ` +
        `at most ${MAX_ENTRIES} in ${MAX_DIRECTORY_BYTES} are read`,
    );
  }
  if (directory.offset + directory.size > directory.end) {
    throw unreadable(file, "its zip directory does not fit; the file is truncated or damaged");
  }
  const bytes = await source.read(directory.offset, directory.offset + directory.size);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < directory.entries; i++) {
    const { entry, next } = readEntry(bytes, at, file);
    if (entries.has(entry.name)) throw unreadable(file, `${quoted(entry.name)} stands twice in it`);
    entries.set(entry.name, entry);
    at = next;
  }
  checkApart(entries, directory.offset, file);
  return entries;
}

interface DirectoryPlace {
  readonly entries: number;
  readonly size: number;
  readonly offset: number;
  /** Where the end record begins: the directory lies before it. */
  readonly end: number;
}

async function locateDirectory(source: ByteSource, file: string): Promise<DirectoryPlace> {
  const from = Math.max(0, source.size - (22 + 0xffff)); // the longest comment
  const tail = view(await source.read(from, source.size));
  let at = tail.byteLength - 22;
  while (
    at >= 0 && !(tail.getUint32(at, true) === END &&
      at + 22 + tail.getUint16(at + 20, true) === tail.byteLength)
  ) at--;
  if (at < 0) throw unreadable(file, "it has no zip directory at its end; the file is truncated");
  const [disk, first] = [tail.getUint16(at + 4, true), tail.getUint16(at + 6, true)];
  const locator = at - 20;
  if (locator >= 0 && tail.getUint32(locator, true) === LOCATOR_64) {
    return await readEnd64(source, exact(tail, locator + 8, file), from + locator, file);
  }
  if (disk !== 0 || first !== 0) throw unreadable(file, "it is one part of a divided zip archive");
  return {
    entries: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
    end: from + at,
  };
}

async function readEnd64(
  source: ByteSource,
  offset: number,
  limit: number,
  file: string,
): Promise<DirectoryPlace> {
  const record = offset + 56 <= limit ? view(await source.read(offset, offset + 56)) : undefined;
  if (record?.getUint32(0, true) !== END_64) {
    throw unreadable(file, "its zip64 directory is not where it should be");
  }
  return {
    entries: exact(record, 32, file),
    size: exact(record, 40, file),
    offset: exact(record, 48, file),
    end: offset,
  };
}

function readEntry(
  bytes: Uint8Array,
  at: number,
  file: string,
): { entry: ZipEntry; next: number } {
  const record = view(bytes);
  if (at + 46 > bytes.length || record.getUint32(at, true) !== CENTRAL) {
    throw unreadable(file, "its zip directory is damaged");
  }
  const flags = record.getUint16(at + 8, true), method = record.getUint16(at + 10, true);
  const nameEnd = at + 46 + record.getUint16(at + 28, true);
  const extraEnd = nameEnd + record.getUint16(at + 30, true);
  const next = extraEnd + record.getUint16(at + 32, true);
  if (next > bytes.length) throw unreadable(file, "its zip directory is damaged");
  const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
  if (flags & 1) throw unreadable(file, `${quoted(name)} of it is encrypted`);
  if (method !== STORED && method !== DEFLATED) {
    throw unreadable(file, `${quoted(name)} of it is packed by zip method ${method}; 0 and 8 read`);
  }
  const sizes = [
    record.getUint32(at + 24, true),
    record.getUint32(at + 20, true),
    record.getUint32(at + 42, true),
  ];
  const extra = view(bytes.subarray(nameEnd, extraEnd));
  const [size, packedSize, offset] = withZip64(sizes, extra, file) as [number, number, number];
  checkSizes(name, method, size, packedSize, file);
  return { entry: { name, method, size, packedSize, offset }, next };
}

/** Fields that are full in the 32-bit record stand in the extra field 1, in the same order. */
function withZip64(sizes: readonly number[], extra: DataView, file: string): number[] {
  if (!sizes.includes(IN_ZIP64)) return [...sizes];
  let at = 0;
  while (at + 4 <= extra.byteLength && extra.getUint16(at, true) !== 1) {
    at += 4 + extra.getUint16(at + 2, true);
  }
  const end = at + 4 <= extra.byteLength ? at + 4 + extra.getUint16(at + 2, true) : 0;
  at += 4;
  return sizes.map((size) => {
    if (size !== IN_ZIP64) return size;
    if (at + 8 > Math.min(end, extra.byteLength)) {
      throw unreadable(file, "its zip directory lacks a 64-bit size");
    }
    at += 8;
    return exact(extra, at - 8, file);
  });
}

function checkSizes(
  name: string,
  method: number,
  size: number,
  packedSize: number,
  file: string,
): void {
  if (method === STORED) {
    if (size === packedSize) return;
    throw unreadable(file, `${quoted(name)} of it is stored, but with two sizes`);
  }
  if (size > MAX_INFLATED_BYTES || size > MAX_RATIO * packedSize) {
    throw unreadable(
      file,
      `${quoted(name)} of it would become ${size} bytes of ${packedSize}; ` +
        `at most ${Math.min(MAX_INFLATED_BYTES, MAX_RATIO * packedSize)} are unpacked`,
    );
  }
}

/** Entries that share bytes are how a small archive becomes a huge one. */
function checkApart(entries: ReadonlyMap<string, ZipEntry>, limit: number, file: string): void {
  const sorted = [...entries.values()].sort((a, b) => a.offset - b.offset);
  for (const [index, { name, offset, packedSize }] of sorted.entries()) {
    const end = sorted[index + 1]?.offset ?? limit;
    const least = offset + 30 + new TextEncoder().encode(name).length + packedSize;
    if (least > end) throw unreadable(file, `${quoted(name)} of it overlaps what follows`);
  }
}

function exact(record: DataView, at: number, file: string): number {
  const value = record.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw unreadable(file, `its zip directory speaks of ${value} bytes`);
  }
  return Number(value);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
