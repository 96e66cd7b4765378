/**
 * Who does the work on a block: the wasm kernel where WebAssembly SIMD is there, else plain
 * TypeScript. Both give the same bits.
 *
 * @module
 */
import { encodeQuasiCyclic } from "../qc/encoder.ts";
import type { QuasiCyclicCode } from "../qc/quasi_cyclic.ts";
import { requireBits, requireFinite } from "../validate.ts";
import { type DecodedWord, decodeInt8 } from "./int8_min_sum.ts";
import type { DecoderSettings } from "./options.ts";
import { quantise } from "./quantise.ts";

/** The LLR that stands for a filler, a bit that the receiver knows to be 0. */
export const FILLER_LLR = 1024;

/** What is sent of a code: see `BlockCode`. */
export interface SentBlock {
  /** The code before rate matching. */
  readonly code: QuasiCyclicCode;
  /** Message bits; those behind them, up to kb * Z, are fillers. */
  readonly k: number;
  /** u16[n]: position in the codeword of each sent bit. */
  readonly sent: Uint16Array;
}

/** The hot operations on a block. */
export interface Engine {
  /** Which of the two implementations: both give the same bits. */
  readonly name: "wasm-simd" | "typescript";
  /**
   * The sent bits, u8[n], of a message, u8[k].
   *
   * @throws {RangeError} When a bit is neither 0 nor 1.
   */
  encode(block: SentBlock, message: Uint8Array): Uint8Array;
  /**
   * Layered int8 offset min-sum on the LLRs of the sent bits, f32[n].
   *
   * @throws {RangeError} When an LLR is not finite.
   */
  decode(block: SentBlock, llrs: Float32Array, settings: DecoderSettings): DecodedWord;
  /** The same on f32[columns * Z] finite LLRs in codeword order, fillers included. */
  decodeWord(code: QuasiCyclicCode, word: Float32Array, settings: DecoderSettings): DecodedWord;
}

/**
 * Adds received LLRs to the positions they belong to: rate recovery with soft combining.
 *
 * @param llrs f32[n]
 * @param word f32[at least columns * Z] in codeword order, updated in place.
 * @throws {RangeError} When an LLR is not finite; `word` is spoilt then.
 */
export function accumulate(sent: Uint16Array, llrs: Float32Array, word: Float32Array): void {
  let flaw = 0;
  for (let i = 0; i < sent.length; i++) {
    const llr = llrs[i] as number;
    flaw += llr * 0; // NaN as soon as one value is NaN or infinite
    const at = sent[i] as number;
    word[at] = (word[at] as number) + llr;
  }
  if (flaw !== 0) requireFinite("llrs", llrs);
}

/** LLRs in codeword order of one transmission of a block, fillers filled in. */
export function recoverWord(block: SentBlock, llrs: Float32Array): Float32Array {
  const { liftingSize, columns, systematicColumns } = block.code;
  const word = new Float32Array(columns * liftingSize);
  accumulate(block.sent, llrs, word);
  return word.fill(FILLER_LLR, block.k, systematicColumns * liftingSize);
}

/** Plain TypeScript: runs everywhere, some thirty times slower. */
export const typescriptEngine: Engine = {
  name: "typescript",
  encode({ code, k, sent }, message) {
    requireBits("bits", message, k);
    const word = encodeQuasiCyclic(code, message);
    return Uint8Array.from(sent, (position) => word[position] as number);
  },
  decode(block, llrs, settings) {
    return this.decodeWord(block.code, recoverWord(block, llrs), settings);
  },
  decodeWord(code, word, settings) {
    return decodeInt8(code, quantise(word, settings.scale), settings);
  },
};
