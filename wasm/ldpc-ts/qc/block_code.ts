/**
 * A block code as it goes over a channel: a quasi-cyclic mother code, fillers known to be 0 behind
 * the message, and the positions of the codeword that are sent, in order. Puncturing, shortening,
 * repetition and interleaving are all this one list of positions.
 *
 * @module
 */
import { accumulate, FILLER_LLR, recoverWord, type SentBlock } from "../decoder/engine.ts";
import { decodeFloat } from "../decoder/float_decoder.ts";
import {
  type BatchResult,
  type DecodeOptions,
  type DecodeResult,
  type DecoderSettings,
  decoderSettings,
} from "../decoder/options.ts";
import { engine } from "../kernel/load.ts";
import { requireBytes, requireFloats } from "../validate.ts";
import { firstRows, type QuasiCyclicCode } from "./quasi_cyclic.ts";

/** A block code with its encoder and decoder. */
export interface LdpcCode extends SentBlock {
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
  /** u16[n]: position in the codeword of each sent bit. */
  readonly sent: Uint16Array;

  /**
   * @param mother The whole code.
   * @param k Message bits; the rest of the kb * Z systematic bits are fillers.
   * @param sent Positions in [0, columns * Z), in the order sent, repetitions included.
   */
  constructor(mother: QuasiCyclicCode, k: number, sent: Uint16Array) {
    this.k = k;
    this.n = sent.length;
    this.sent = sent;
    this.code = firstRows(mother, rowsNeeded(mother, sent.reduce((a, b) => Math.max(a, b), 0)));
    this.#mother = mother;
  }

  encode(bits: Uint8Array): Uint8Array {
    requireBytes("bits", bits, this.k);
    return engine.encode(this, bits);
  }

  decode(llrs: Float32Array, options?: DecodeOptions): DecodeResult {
    const settings = decoderSettings(options);
    requireFloats("llrs", llrs, this.n);
    return this.#decode(llrs, settings);
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
      const part = llrs.subarray(block * this.n, (block + 1) * this.n);
      const { bits, converged, iterations } = this.#decode(part, settings);
      result.bits.set(bits, block * this.k);
      result.converged[block] = converged ? 1 : 0;
      result.iterations[block] = iterations;
    }
    return result;
  }

  /**
   * Adds the LLRs of this transmission to those of earlier ones (HARQ) and decodes with all rows of
   * which something came.
   *
   * @param llrs f32[n]
   * @param combined f32[columns * Z of the mother code] in codeword order, updated in place.
   */
  decodeCombined(
    llrs: Float32Array,
    combined: Float32Array,
    settings: DecoderSettings,
  ): DecodeResult {
    accumulate(this.sent, llrs, combined);
    const code = firstRows(this.#mother, rowsNeeded(this.#mother, lastKnown(combined)));
    const word = combined.slice(0, code.columns * code.liftingSize);
    word.fill(FILLER_LLR, this.k, code.systematicColumns * code.liftingSize);
    const decoded = settings.algorithm === "int8-offset-min-sum"
      ? engine.decodeWord(code, word, settings)
      : decodeFloat(code, word, settings);
    return { ...decoded, bits: decoded.bits.subarray(0, this.k) };
  }

  #decode(llrs: Float32Array, settings: DecoderSettings): DecodeResult {
    const decoded = settings.algorithm === "int8-offset-min-sum"
      ? engine.decode(this, llrs, settings)
      : decodeFloat(this.code, recoverWord(this, llrs), settings);
    return { ...decoded, bits: decoded.bits.subarray(0, this.k) };
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
