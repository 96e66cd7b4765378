/**
 * The receiver before the network: the channel's gains are undone, and what that does to the noise is
 * known.
 *
 * @module
 */
import type { Reception } from "../../codec.ts";

/** A gain of zero would be an infinite noise. */
const LEAST_GAIN = 1e-12;

/** Symbols as if over AWGN, with the variance of the noise that is left on each. */
export interface EqualisedSymbols {
  /** f32[k, 2]. */
  readonly symbols: Float32Array;
  /** N0 / |h|^2 for each symbol, f32[k]; one number where all are the same. */
  readonly noiseVariance: Float32Array | number;
}

/** Multiplies by conj(h) / |h|^2. */
export function equalise(
  { symbols, gains, noiseVariance }: Pick<Reception, "symbols" | "gains" | "noiseVariance">,
): EqualisedSymbols {
  if (!gains) return { symbols, noiseVariance };
  const equalised = new Float32Array(symbols.length);
  const variances = new Float32Array(symbols.length / 2);
  for (let symbol = 0; symbol < variances.length; symbol++) {
    const at = 2 * symbol;
    const hRe = gains[at] as number, hIm = gains[at + 1] as number;
    const yRe = symbols[at] as number, yIm = symbols[at + 1] as number;
    const power = Math.max(LEAST_GAIN, hRe * hRe + hIm * hIm);
    equalised[at] = (hRe * yRe + hIm * yIm) / power;
    equalised[at + 1] = (hRe * yIm - hIm * yRe) / power;
    variances[symbol] = noiseVariance / power;
  }
  return { symbols: equalised, noiseVariance: variances };
}

/**
 * Takes symbols back towards zero by how much noisier they are than over AWGN: times
 * (1 + N0) / (1 + N0 / |h|^2), the ratio of the linear estimators' weights. For networks that do not
 * know each symbol's noise: over AWGN it changes nothing.
 */
export function temper(equalised: EqualisedSymbols, awgnVariance: number): Float32Array {
  const { symbols, noiseVariance } = equalised;
  if (typeof noiseVariance === "number") return symbols;
  return symbols.map((part, i) =>
    part * (1 + awgnVariance) / (1 + (noiseVariance[i >> 1] as number))
  );
}
