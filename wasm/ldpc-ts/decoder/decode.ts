/**
 * Decoding of a whole word with the algorithm asked for.
 *
 * @module
 */
import { engine } from "../kernel/engine.ts";
import type { QuasiCyclicCode } from "../qc/quasi_cyclic.ts";
import { decodeFloat } from "./float_decoder.ts";
import type { DecodedWord } from "./int8_min_sum.ts";
import type { DecoderSettings } from "./options.ts";

/**
 * Decodes LLRs in codeword order.
 *
 * @param channel f32[columns * Z], finite, positive means bit 0.
 */
export function decodeWord(
  code: QuasiCyclicCode,
  channel: Float32Array,
  settings: DecoderSettings,
): DecodedWord {
  return settings.algorithm === "int8-offset-min-sum"
    ? engine.decode(code, channel, settings)
    : decodeFloat(code, channel, settings);
}
