/**
 * The outer form of PNG: a signature, then chunks of length, type, data and CRC.
 *
 * Source: W3C PNG (third edition), clause 5.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { FormatError } from "../../../core/errors.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** One chunk, its data still inside the file. */
export interface Chunk {
  /** Four ASCII letters: "IHDR". */
  readonly type: string;
  readonly data: Uint8Array;
}

/** Whether a file begins as every PNG does. */
export function isPng(file: Uint8Array): boolean {
  return file.length >= 8 && SIGNATURE.every((byte, index) => file[index] === byte);
}

/**
 * The chunks of a file up to and with IEND; what follows IEND is no part of the picture.
 *
 * @throws {FormatError} On another signature, a truncated file or a chunk whose CRC is wrong.
 */
export function* readChunks(file: Uint8Array): Generator<Chunk, void> {
  if (!isPng(file)) throw new FormatError("not a PNG file: its first 8 bytes are others");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 8;;) {
    if (at + 12 > file.length) {
      throw new FormatError(
        `truncated: a chunk of at least 12 bytes is due at byte ${at}, ${
          file.length - at
        } are left, and IEND has not come`,
      );
    }
    const type = chunkType(file.subarray(at + 4, at + 8), at);
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > file.length) {
      throw new FormatError(
        `truncated: chunk ${type} at byte ${at} needs ${12 + length} bytes, ${
          file.length - at
        } are left`,
      );
    }
    if (crc32(file.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw new FormatError(`damaged: the CRC of chunk ${type} at byte ${at} is wrong`);
    }
    yield { type, data: file.subarray(at + 8, end - 4) };
    if (type === "IEND") return;
    at = end;
  }
}

/** A file of the given chunks; IEND is added. */
export function writeChunks(chunks: readonly Chunk[]): Uint8Array<ArrayBuffer> {
  const all = [...chunks, { type: "IEND", data: new Uint8Array(0) }];
  const file = new Uint8Array(all.reduce((sum, { data }) => sum + 12 + data.length, 8));
  const view = new DataView(file.buffer);
  file.set(SIGNATURE);
  let at = 8;
  for (const { type, data } of all) {
    view.setUint32(at, data.length);
    for (let letter = 0; letter < 4; letter++) file[at + 4 + letter] = type.charCodeAt(letter);
    file.set(data, at + 8);
    const end = at + 12 + data.length;
    view.setUint32(end - 4, crc32(file.subarray(at + 4, end - 4)));
    at = end;
  }
  return file;
}

function chunkType(bytes: Uint8Array, at: number): string {
  const type = String.fromCharCode(...bytes);
  if (!/^[A-Za-z]{4}$/.test(type)) {
    throw new FormatError(`damaged: no chunk begins at byte ${at}, its type is not four letters`);
  }
  return type;
}
