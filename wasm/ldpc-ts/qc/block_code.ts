/**
 * A block code as it goes over a channel: a quasi-cyclic mother code, fillers known to be 0 behind
 * the message, and the positions of the codeword that are sent, in order. Puncturing, shortening,
 * repetition and interleaving are all this one list of positions.
 *
 * @module
 */
import { decodeWord } from "../decoder/decode.ts";
import {
  type BatchResult,
  type DecodeOptions,
  type DecodeResult,
  type DecoderSettings,
  decoderSettings,
} from "../decoder/options.ts";
import { engine } from "../kernel/engine.ts";
import { requireBits, requireFinite, requireFloats } from "../validate.ts";
import { firstRows, type QuasiCyclicCode } from "./quasi_cyclic.ts";

/** The LLR that stands for a filler, a bit that the receiver knows to be 0. */
export const FILLER_LLR = 1024;

/** A block code with its encoder and decoder. */
export interface LdpcCode {
  /** Message bits. */
  readonly k: number;
  /** Bits sent. */
  readonly n: number;
  /**
   * Encodes a message.
   *
   * @param bits u8[k], one bit a byte.
   * @returns u8[n], one bit a byte, in the order sent.
   * @throws {RangeError} When the length is not k or a value is neither 0 nor 1.
   */
  encode(bits: Uint8Array): Uint8Array;
  /**
   * Decodes one block. A block that does not converge is a result, not an error.
   *
   * @param llrs f32[n], ln P(0) / P(1): positive means bit 0; 0 means erased.
   * @throws {RangeError} When the length is not n, a value is not finite or an option out of range.
   */
  decode(llrs: Float32Array, options?: DecodeOptions): DecodeResult;
  /**
   * Decodes many blocks, one after the other in `llrs`.
   *
   * @param llrs f32[blocks * n]
   */
  decodeBatch(llrs: Float32Array, options?: DecodeOptions): BatchResult;
}

/** The one implementation behind NR, 802.11n and their shortened, punctured and repeated forms. */
export class BlockCode implements LdpcCode {
  readonly k: number;
  readonly n: number;
  /** The mother code without the extension rows of which nothing is sent. */
  readonly code: QuasiCyclicCode;
  readonly #mother: QuasiCyclicCode;
  /** i32[n]: position in the codeword of each sent bit. */
  readonly sent: Int32Array;

  /**
   * @param mother The whole code.
   * @param k Message bits; the rest of the kb * Z systematic bits are fillers.
   * @param sent Positions in [0, columns * Z), in the order sent, repetitions included.
   */
  constructor(mother: QuasiCyclicCode, k: number, sent: Int32Array) {
    this.k = k;
    this.n = sent.length;
    this.sent = sent;
    this.code = firstRows(mother, rowsNeeded(mother, sent.reduce((a, b) => Math.max(a, b), 0)));
    this.#mother = mother;
  }

  encode(bits: Uint8Array): Uint8Array {
    requireBits("bits", bits, this.k);
    const word = engine.encode(this.code, bits);
    const sent = new Uint8Array(this.n);
    for (let i = 0; i < sent.length; i++) sent[i] = word[this.sent[i] as number] as number;
    return sent;
  }

  decode(llrs: Float32Array, options?: DecodeOptions): DecodeResult {
    const settings = decoderSettings(options);
    requireFloats("llrs", llrs, this.n);
    return this.decodeChannel(this.#channelOf(llrs), settings);
  }

  decodeBatch(llrs: Float32Array, options?: DecodeOptions): BatchResult {
    const settings = decoderSettings(options);
    requireFloats("llrs", llrs);
    const blocks = llrs.length / this.n;
    if (!Number.isInteger(blocks)) {
      throw new RangeError(`llrs: a multiple of n = ${this.n} values; got ${llrs.length}`);
    }
    const result: BatchResult = {
      bits: new Uint8Array(blocks * this.k),
      converged: new Uint8Array(blocks),
      iterations: new Uint16Array(blocks),
    };
    for (let block = 0; block < blocks; block++) {
      const channel = this.#channelOf(llrs.subarray(block * this.n, (block + 1) * this.n));
      const { bits, converged, iterations } = this.decodeChannel(channel, settings);
      result.bits.set(bits, block * this.k);
      result.converged[block] = converged ? 1 : 0;
      result.iterations[block] = iterations;
    }
    return result;
  }

  /**
   * Adds received LLRs to the positions they belong to: rate recovery with soft combining.
   *
   * @param llrs f32[n], finite.
   * @param channel f32[at least columns * Z] in codeword order, updated in place.
   * @throws {RangeError} When an LLR is not finite; `channel` is spoilt then.
   */
  accumulate(llrs: Float32Array, channel: Float32Array): void {
    const { sent } = this;
    let flaw = 0;
    for (let i = 0; i < sent.length; i++) {
      const llr = llrs[i] as number;
      flaw += llr * 0; // NaN as soon as one value is NaN or infinite
      const at = sent[i] as number;
      channel[at] = (channel[at] as number) + llr;
    }
    if (flaw !== 0) requireFinite("llrs", llrs);
  }

  /**
   * Decodes LLRs in codeword order; fillers are filled in here.
   *
   * @param channel f32[columns * Z] of this code, or of its mother code when other transmissions of
   *   the block (HARQ) were accumulated too: then all rows take part of which something came.
   */
  decodeChannel(channel: Float32Array, settings: DecoderSettings): DecodeResult {
    const { liftingSize, systematicColumns } = this.code;
    channel.fill(FILLER_LLR, this.k, systematicColumns * liftingSize);
    const own = this.code.columns * liftingSize;
    const code = channel.length > own
      ? firstRows(this.#mother, rowsNeeded(this.#mother, lastKnown(channel)))
      : this.code;
    const word = decodeWord(code, channel.subarray(0, code.columns * liftingSize), settings);
    return { ...word, bits: word.bits.slice(0, this.k) };
  }

  #channelOf(llrs: Float32Array): Float32Array {
    const channel = new Float32Array(this.code.columns * this.code.liftingSize);
    this.accumulate(llrs, channel);
    return channel;
  }
}

/** Core rows, and extension rows up to the column of the last position of which something came. */
function rowsNeeded(mother: QuasiCyclicCode, lastPosition: number): number {
  const columns = Math.floor(lastPosition / mother.liftingSize) + 1;
  const parityColumns = columns - mother.systematicColumns;
  return Math.min(mother.rows, Math.max(mother.coreRows, parityColumns));
}

/** Index of the last LLR that is not 0. */
function lastKnown(channel: Float32Array): number {
  let last = channel.length - 1;
  while (last > 0 && channel[last] === 0) last--;
  return last;
}
