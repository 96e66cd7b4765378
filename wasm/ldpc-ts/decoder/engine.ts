/**
 * Who does the work on a word: the wasm kernel where WebAssembly SIMD is there, else plain
 * TypeScript. Both give the same bits.
 *
 * @module
 */
import { encodeQuasiCyclic } from "../qc/encoder.ts";
import type { QuasiCyclicCode } from "../qc/quasi_cyclic.ts";
import { type DecodedWord, decodeInt8 } from "./int8_min_sum.ts";
import type { DecoderSettings } from "./options.ts";
import { quantise } from "./quantise.ts";

/** The two hot operations of a code. */
export interface Engine {
  readonly name: "wasm-simd" | "typescript";
  /** The whole codeword, u8[columns * Z], of a message u8[at most kb * Z]; the rest are zeros. */
  encode(code: QuasiCyclicCode, message: Uint8Array): Uint8Array;
  /** Layered int8 offset min-sum on f32[columns * Z] finite LLRs in codeword order. */
  decode(code: QuasiCyclicCode, channel: Float32Array, settings: DecoderSettings): DecodedWord;
}

/** Plain TypeScript: runs everywhere, about thirty times slower. */
export const typescriptEngine: Engine = {
  name: "typescript",
  encode: encodeQuasiCyclic,
  decode: (code, channel, settings) =>
    decodeInt8(code, quantise(channel, settings.scale), settings),
};
