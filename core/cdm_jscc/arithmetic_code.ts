/**
 * An arithmetic code of symbols with adaptive integer frequencies: the same bits on every machine.
 *
 * The code says where it ends by itself: a decoder that knows how many symbols there are reads no
 * further, whatever follows.
 *
 * Source: Witten, Neal, Cleary, Arithmetic coding for data compression, CACM 30(6), 1987.
 *
 * @module
 */
import type { BitWriter } from "../bits.ts";

const TOP = 2 ** 32, HALF = 2 ** 31, QUARTER = 2 ** 30;
/** Frequencies are halved beyond this, so that they follow what changes. */
const MOST_TOTAL = 2 ** 13;

/** Frequencies of the symbols 0, 1, ...; all above zero. */
export class Frequencies {
  readonly #counts: Uint32Array;
  #total: number;

  constructor(initial: readonly number[], private readonly increment: number) {
    this.#counts = Uint32Array.from(initial);
    this.#total = initial.reduce((sum, count) => sum + count, 0);
  }

  get total(): number {
    return this.#total;
  }

  /** Where a symbol's part of the total begins, and its length. */
  partOf(symbol: number): { readonly start: number; readonly length: number } {
    let start = 0;
    for (let i = 0; i < symbol; i++) start += this.#counts[i] as number;
    return { start, length: this.#counts[symbol] as number };
  }

  /** The symbol whose part holds this number below the total. */
  symbolAt(point: number): number {
    let symbol = 0;
    for (let end = this.#counts[0] as number; point >= end;) {
      end += this.#counts[++symbol] as number;
    }
    return symbol;
  }

  /** Makes a symbol that was seen likelier. */
  count(symbol: number): void {
    this.#counts[symbol] = (this.#counts[symbol] as number) + this.increment;
    this.#total += this.increment;
    if (this.#total <= MOST_TOTAL) return;
    this.#total = 0;
    for (let i = 0; i < this.#counts.length; i++) {
      this.#counts[i] = ((this.#counts[i] as number) + 1) >>> 1;
      this.#total += this.#counts[i] as number;
    }
  }
}

/** Writes symbols. */
export class ArithmeticEncoder {
  #low = 0;
  #high = TOP - 1;
  #pending = 0;

  constructor(private readonly bits: BitWriter) {}

  /** Encodes a symbol; the frequencies learn it. */
  encode(symbol: number, frequencies: Frequencies): void {
    const { start, length } = frequencies.partOf(symbol), range = this.#high - this.#low + 1;
    this.#high = this.#low + Math.floor((range * (start + length)) / frequencies.total) - 1;
    this.#low += Math.floor((range * start) / frequencies.total);
    frequencies.count(symbol);
    for (;;) {
      if (this.#high < HALF) this.#put(0);
      else if (this.#low >= HALF) {
        this.#put(1);
        this.#low -= HALF;
        this.#high -= HALF;
      } else if (this.#low >= QUARTER && this.#high < 3 * QUARTER) {
        this.#pending++;
        this.#low -= QUARTER;
        this.#high -= QUARTER;
      } else return;
      this.#low *= 2;
      this.#high = 2 * this.#high + 1;
    }
  }

  /** Ends the code: whatever follows decodes to the same symbols. */
  finish(): void {
    this.#pending++;
    this.#put(this.#low < QUARTER ? 0 : 1);
  }

  #put(bit: 0 | 1): void {
    this.bits.write(bit, 1);
    for (; this.#pending > 0; this.#pending--) this.bits.write(1 - bit, 1);
  }
}

/** Reads symbols. Bits beyond the end are zeros; any bits decode to some symbols. */
export class ArithmeticDecoder {
  #low = 0;
  #high = TOP - 1;
  #value = 0;

  /** @param at Number of the first bit. */
  constructor(private readonly bytes: Uint8Array, private at: number) {
    for (let i = 0; i < 32; i++) this.#value = 2 * this.#value + this.#bit();
  }

  /** Decodes a symbol; the frequencies learn it. */
  decode(frequencies: Frequencies): number {
    const { total } = frequencies, range = this.#high - this.#low + 1;
    const point = Math.floor(((this.#value - this.#low + 1) * total - 1) / range);
    const symbol = frequencies.symbolAt(point), { start, length } = frequencies.partOf(symbol);
    this.#high = this.#low + Math.floor((range * (start + length)) / total) - 1;
    this.#low += Math.floor((range * start) / total);
    frequencies.count(symbol);
    for (;;) {
      const offset = this.#high < HALF
        ? 0
        : this.#low >= HALF
        ? HALF
        : this.#low >= QUARTER && this.#high < 3 * QUARTER
        ? QUARTER
        : -1;
      if (offset < 0) return symbol;
      this.#low = 2 * (this.#low - offset);
      this.#high = 2 * (this.#high - offset) + 1;
      this.#value = 2 * (this.#value - offset) + this.#bit();
    }
  }

  #bit(): number {
    const byte = this.bytes[this.at >>> 3] ?? 0;
    return (byte >>> (7 - this.at++ % 8)) & 1;
  }
}
