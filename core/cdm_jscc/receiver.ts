/**
 * The receiver before the networks: the channel's gains are undone, and what that does to the noise
 * is known.
 *
 * @module
 */
import type { Reception } from "../codec.ts";

/** A gain of zero would be an infinite noise. */
const LEAST_GAIN = 1e-12;

/** Real symbols as if over AWGN, and the variance of the noise on each. */
export interface EqualisedSymbols {
  /** f32[2 k]. */
  readonly values: Float32Array;
  /** f32[2 k]. */
  readonly variances: Float32Array;
}

/** Multiplies symbols by scale conj(h) / |h|^2. */
export function equalise(
  { symbols, gains, noiseVariance }: Pick<Reception, "symbols" | "gains" | "noiseVariance">,
  scale: number,
): EqualisedSymbols {
  const values = new Float32Array(symbols.length), variances = new Float32Array(symbols.length);
  const onAwgn = scale * scale * noiseVariance / 2;
  for (let at = 0; at + 1 < symbols.length; at += 2) {
    const hRe = gains?.[at] ?? 1, hIm = gains?.[at + 1] ?? 0;
    const yRe = symbols[at] as number, yIm = symbols[at + 1] as number;
    const power = Math.max(LEAST_GAIN, hRe * hRe + hIm * hIm), factor = scale / power;
    values[at] = factor * (hRe * yRe + hIm * yIm);
    values[at + 1] = factor * (hRe * yIm - hIm * yRe);
    variances[at] = variances[at + 1] = onAwgn / power;
  }
  return { values, variances };
}

/** exp of the mean logarithm: what is one number for all. */
export function geometricMean(values: Float32Array): number {
  const sum = values.reduce((total, value) => total + Math.log(value), 0);
  return Math.exp(sum / values.length);
}

/**
 * Takes symbols back towards zero by how much noisier they are than over AWGN: times the ratio of the
 * linear estimators' weights, (1 + N0) / (1 + N0 / |h|^2). For networks that do not know the noise of
 * each symbol; over AWGN it changes nothing.
 */
export function temper(
  { values, variances }: EqualisedSymbols,
  noiseVariance: number,
  scale: number,
): Float32Array {
  const toN0 = 2 / (scale * scale);
  return values.map((value, i) =>
    value * (1 + noiseVariance) / (1 + toN0 * (variances[i] as number))
  );
}
