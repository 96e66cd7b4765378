/**
 * Bits and Exp-Golomb codes of HEVC headers.
 *
 * Source: ITU-T H.265, clauses 7.2 and 9.2.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";

/** Reads bits, most significant first. */
export class BitReader {
  #position = 0;

  /** @param what Names the data in errors: "HEVC header". */
  constructor(private readonly bytes: Uint8Array, private readonly what: string) {}

  /** u(n): an unsigned number of 0 to 32 bits. */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const byte = this.bytes[this.#position >> 3];
      if (byte === undefined) throw new FormatError(`BPG: the ${this.what} is truncated`);
      value = value * 2 + ((byte >> (7 - (this.#position & 7))) & 1);
      this.#position++;
    }
    return value;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  /** ue(v): an unsigned Exp-Golomb code below 2^32 - 1. */
  golomb(): number {
    let zeros = 0;
    while (this.bits(1) === 0) {
      if (++zeros > 31) {
        throw new FormatError(`BPG: the ${this.what} has a number of more than 32 bits`);
      }
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }
}

/** Writes bits, most significant first. */
export class BitWriter {
  readonly #bytes: number[] = [];
  #used = 0;

  bits(count: number, value: number): this {
    for (let i = count - 1; i >= 0; i--) {
      if (this.#used % 8 === 0) this.#bytes.push(0);
      const bit = Math.floor(value / 2 ** i) & 1;
      const last = this.#bytes.length - 1;
      this.#bytes[last] = (this.#bytes[last] as number) | (bit << (7 - (this.#used % 8)));
      this.#used++;
    }
    return this;
  }

  flag(value: boolean): this {
    return this.bits(1, value ? 1 : 0);
  }

  golomb(value: number): this {
    const length = 32 - Math.clz32(value + 1);
    return this.bits(length - 1, 0).bits(length, value + 1);
  }

  /** What was written, the last byte filled up with zeros. */
  toBytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
