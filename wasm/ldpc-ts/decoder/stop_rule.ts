/**
 * When a decoder may stop.
 *
 * Iteration ends when the core checks hold (see `checksHold`) and every message bit is decided.
 * Without the second condition the word of an erased message, all posteriors 0, would count as the
 * all-zero codeword after one iteration, and its CRC would hold too.
 *
 * @module
 */
import type { QuasiCyclicCode } from "../qc/quasi_cyclic.ts";

/** Whether no systematic bit has a posterior of exactly 0. */
export function isDecided(
  code: QuasiCyclicCode,
  posterior: Int8Array | Float32Array,
): boolean {
  const end = code.systematicColumns * code.liftingSize;
  for (let i = 0; i < end; i++) if (posterior[i] === 0) return false;
  return true;
}
