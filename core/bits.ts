/**
 * Bits in bytes, the most significant bit of a byte first, as the standards for pictures and
 * channel codes order them.
 *
 * @module
 */
import { FormatError, OptionError } from "./errors.ts";

/**
 * Packs bits into bytes; the last byte is filled with zeros.
 *
 * @param bits One bit a byte, 0 or 1.
 */
export function packBits(bits: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (let i = 0; i < bits.length; i++) {
    bytes[i >>> 3] = (bytes[i >>> 3] as number) | ((bits[i] as number) & 1) << (7 - i % 8);
  }
  return bytes;
}

/**
 * Unpacks bytes to one bit a byte.
 *
 * @param count How many bits, by default all.
 * @throws {FormatError} When the bytes hold fewer.
 */
export function unpackBits(bytes: Uint8Array, count: number = 8 * bytes.length): Uint8Array {
  if (count > 8 * bytes.length) {
    throw new FormatError(`${count} bits are wanted; ${bytes.length} bytes hold fewer`);
  }
  const bits = new Uint8Array(count);
  for (let i = 0; i < count; i++) bits[i] = ((bytes[i >>> 3] as number) >>> (7 - i % 8)) & 1;
  return bits;
}

/** Writes fields of 0 to 32 bits one after another. */
export class BitWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

  /** Bits written so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Appends the `count` bits of an unsigned integer.
   *
   * @throws {OptionError} When `count` is not in 0 to 32 or the value does not fit.
   */
  write(value: number, count: number): void {
    checkCount(count);
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** count) {
      throw new OptionError(`an integer of ${count} bits is wanted; got ${value}`);
    }
    this.#reserve(count);
    for (let left = count; left > 0;) {
      const room = 8 - this.#length % 8, taken = Math.min(room, left);
      left -= taken;
      const field = (value >>> left) & (0xff >>> (8 - taken));
      const at = this.#length >>> 3;
      this.#bytes[at] = (this.#bytes[at] as number) | field << (room - taken);
      this.#length += taken;
    }
  }

  /** Appends zeros up to the next whole byte. */
  align(): void {
    this.write(0, (8 - this.#length % 8) % 8);
  }

  /** A copy of what was written; the last byte is filled with zeros. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, Math.ceil(this.#length / 8));
  }

  #reserve(count: number): void {
    const wanted = Math.ceil((this.#length + count) / 8);
    if (wanted <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * wanted);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads fields of 0 to 32 bits one after another. */
export class BitReader {
  #position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** Bits read so far. */
  get position(): number {
    return this.#position;
  }

  /** Bits not read yet. */
  get remaining(): number {
    return 8 * this.bytes.length - this.#position;
  }

  /**
   * Takes the next `count` bits as an unsigned integer.
   *
   * @throws {FormatError} When fewer are left; nothing is taken then.
   * @throws {OptionError} When `count` is not in 0 to 32.
   */
  read(count: number): number {
    checkCount(count);
    if (count > this.remaining) {
      throw new FormatError(
        `${count} bits are wanted at bit ${this.#position}; ${this.remaining} are left`,
      );
    }
    let value = 0;
    for (let left = count; left > 0;) {
      const room = 8 - this.#position % 8, taken = Math.min(room, left);
      const byte = this.bytes[this.#position >>> 3] as number;
      value = (value << taken) | ((byte >>> (room - taken)) & (0xff >>> (8 - taken)));
      this.#position += taken;
      left -= taken;
    }
    return value >>> 0;
  }

  /** Skips to the next whole byte. */
  align(): void {
    this.#position = 8 * Math.ceil(this.#position / 8);
  }
}

function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 0 || count > 32) {
    throw new OptionError(`a field has 0 to 32 bits; got ${count}`);
  }
}
