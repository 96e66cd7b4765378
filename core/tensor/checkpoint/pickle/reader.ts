/**
 * Reads the arguments of pickle's opcodes, never beyond the end.
 *
 * @module
 */
import { unreadable } from "../unreadable.ts";

/** Longest integer, in bytes: random generators keep 128 bits, PyTorch's magic number has 80. */
const MAX_INTEGER_BYTES = 64;

/** A position in bytes. All numbers are little-endian but for floats. */
export class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;
  /** Where the next argument is read. */
  at: number;

  constructor(bytes: Uint8Array, start: number, file: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
    this.at = start;
  }

  /** An unsigned integer of 1, 2 or 4 bytes. */
  unsigned(size: 1 | 2 | 4): number {
    const at = this.#advance(size);
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at, true) : this.#view.getUint32(at, true);
  }

  /** A length of 8 bytes. */
  length8(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true)); // inexact ones are too long
  }

  signed4(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** Big-endian, alone among the arguments. */
  float8(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** Two's complement of any length; a number where that is exact. */
  integer(size: number): number | bigint {
    if (size > MAX_INTEGER_BYTES) {
      throw unreadable(
        this.#file,
        `its pickle has an integer of ${size} bytes at byte ${this.at}; ${MAX_INTEGER_BYTES} are enough`,
      );
    }
    let value = 0n;
    const bytes = this.view(size);
    for (let i = size - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[i] as number);
    value = BigInt.asIntN(8 * size, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  /** Bytes that share the file's memory. */
  view(size: number): Uint8Array {
    const at = this.#advance(size);
    return this.#bytes.subarray(at, at + size);
  }

  /** A text of `size` bytes in UTF-8. */
  utf8(size: number): string {
    const at = this.at;
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.view(size));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw unreadable(this.#file, `its pickle has a text that is no UTF-8, at byte ${at}`);
    }
  }

  /** A text of Python 2, whose encoding nobody noted: one character a byte. */
  latin1(size: number): string {
    let text = "";
    for (const byte of this.view(size)) text += String.fromCharCode(byte);
    return text;
  }

  /** A text up to the next line feed, at most `limit` bytes. */
  line(limit: number): string {
    const end = this.#bytes.subarray(this.at, this.at + limit).indexOf(0x0a);
    if (end < 0) {
      throw unreadable(
        this.#file,
        `its pickle has no line of at most ${limit} bytes at byte ${this.at}`,
      );
    }
    const text = this.utf8(end);
    this.at++;
    return text;
  }

  #advance(size: number): number {
    const at = this.at;
    if (size > this.#bytes.length - at) {
      throw unreadable(
        this.#file,
        `its pickle is truncated: ${size} bytes are wanted at byte ${at} of ${this.#bytes.length}`,
      );
    }
    this.at += size;
    return at;
  }
}
