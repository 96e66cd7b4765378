/**
 * The floating-point decoders behind one loop: iterate, decide, stop.
 *
 * @module
 */
import { checksHold, type QuasiCyclicCode } from "../qc/quasi_cyclic.ts";
import type { DecodedWord } from "./int8_min_sum.ts";
import { LayeredMinSum } from "./layered_min_sum.ts";
import type { DecoderSettings } from "./options.ts";
import { isDecided } from "./stop_rule.ts";
import { floodingSumProduct, layeredSumProduct } from "./sum_product.ts";

/**
 * Decodes LLRs with one of the floating-point algorithms.
 *
 * @param channel f32[columns * Z], finite, positive means bit 0.
 */
export function decodeFloat(
  code: QuasiCyclicCode,
  channel: Float32Array,
  settings: DecoderSettings,
): DecodedWord {
  const posterior = Float32Array.from(channel);
  const iterate = iterationOf(code, channel, posterior, settings);
  const hard = new Uint8Array(posterior.length);
  for (let iteration = 1;; iteration++) {
    iterate();
    const last = iteration === settings.iterations;
    if (!settings.earlyStop && !last) continue;
    for (let i = 0; i < hard.length; i++) hard[i] = (posterior[i] as number) < 0 ? 1 : 0;
    const converged = checksHold(code, hard, code.coreRows) && isDecided(code, posterior);
    if (converged || last) {
      const bits = hard.slice(0, code.systematicColumns * code.liftingSize);
      return { bits, converged, iterations: iteration };
    }
  }
}

function iterationOf(
  code: QuasiCyclicCode,
  channel: Float32Array,
  posterior: Float32Array,
  settings: DecoderSettings,
): () => void {
  if (settings.algorithm === "sum-product") {
    const messages = new Float32Array((code.rowStart[code.rows] as number) * code.liftingSize);
    return settings.schedule === "flooding"
      ? () => floodingSumProduct(code, channel, posterior, messages)
      : () => layeredSumProduct(code, posterior, messages);
  }
  const correction = settings.algorithm === "offset-min-sum"
    ? { factor: 1, offset: settings.offset }
    : { factor: settings.factor, offset: 0 };
  const layers = new LayeredMinSum(code, posterior, correction);
  return () => layers.iterate();
}
