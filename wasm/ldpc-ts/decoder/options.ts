/**
 * What a decoder may be asked for, and what it answers.
 *
 * @module
 */
import { requireInteger, requireNumber, requireOneOf } from "../validate.ts";

/**
 * Rule of the check nodes.
 *
 * - `int8-offset-min-sum`: layered, 8-bit saturating arithmetic; the default, made for speed.
 * - `offset-min-sum`, `normalised-min-sum`: floating point, layered.
 * - `sum-product`: floating point, exact belief propagation, layered or flooding.
 */
export type Algorithm =
  | "int8-offset-min-sum"
  | "offset-min-sum"
  | "normalised-min-sum"
  | "sum-product";

/** Order of the updates: row by row, or all rows from the same posteriors. */
export type Schedule = "layered" | "flooding";

/** Options of every decoder. */
export interface DecodeOptions {
  /** Default `int8-offset-min-sum`. */
  readonly algorithm?: Algorithm;
  /** `flooding` only with `sum-product`. Default `layered`. */
  readonly schedule?: Schedule;
  /** Most iterations, 1 to 1000. Default 20. */
  readonly iterations?: number;
  /** Stop after the first iteration that meets the core checks. Default true. */
  readonly earlyStop?: boolean;
  /** Offset of min-sum in LLR units, 0 to 8. Default 0.5. */
  readonly offset?: number;
  /** Factor of normalised min-sum, in (0, 1]. Default 0.75. */
  readonly factor?: number;
  /** int8 only: quantisation steps per LLR unit, 0.25 to 32. Default 4, so that one step is 0.25. */
  readonly scale?: number;
  /**
   * int8 only: largest message in quantisation steps, 1 to 63. Default 31. From 62 on decoders of
   * this kind can destroy a word that they had found (see the README): take care.
   */
  readonly clip?: number;
}

/** Options with every default filled in. */
export type DecoderSettings = Required<DecodeOptions>;

/** One decoded block. */
export interface DecodeResult {
  /** The k message bits, one a byte. */
  readonly bits: Uint8Array;
  /**
   * Whether all core checks hold and every message bit is decided (its posterior is not 0). A wrong
   * word may converge, though rarely; only a CRC tells.
   */
  readonly converged: boolean;
  /** Iterations done. */
  readonly iterations: number;
}

/** Many decoded blocks, one after the other. */
export interface BatchResult {
  /** u8[blocks * k] */
  readonly bits: Uint8Array;
  /** u8[blocks], 1 or 0. */
  readonly converged: Uint8Array;
  /** u16[blocks] */
  readonly iterations: Uint16Array;
}

const ALGORITHMS: readonly Algorithm[] = [
  "int8-offset-min-sum",
  "offset-min-sum",
  "normalised-min-sum",
  "sum-product",
];

/**
 * Fills in defaults and checks ranges.
 *
 * @throws {RangeError} Naming the option, what was wanted and what came.
 */
export function decoderSettings(options: DecodeOptions = {}): DecoderSettings {
  const settings: DecoderSettings = {
    algorithm: options.algorithm ?? "int8-offset-min-sum",
    schedule: options.schedule ?? "layered",
    iterations: options.iterations ?? 20,
    earlyStop: options.earlyStop ?? true,
    offset: options.offset ?? 0.5,
    factor: options.factor ?? 0.75,
    scale: options.scale ?? 4,
    clip: options.clip ?? 31,
  };
  requireOneOf("algorithm", settings.algorithm, ALGORITHMS);
  requireOneOf("schedule", settings.schedule, ["layered", "flooding"]);
  if (settings.schedule === "flooding" && settings.algorithm !== "sum-product") {
    throw new RangeError(`schedule: "layered" with ${settings.algorithm}; got "flooding"`);
  }
  requireInteger("iterations", settings.iterations, 1, 1000);
  requireOneOf("earlyStop", settings.earlyStop, [true, false]);
  requireNumber("offset", settings.offset, 0, 8);
  requireNumber("factor", settings.factor, 1e-6, 1);
  requireNumber("scale", settings.scale, 0.25, 32);
  requireInteger("clip", settings.clip, 1, 63);
  return settings;
}
