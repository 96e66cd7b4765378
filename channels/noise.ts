/**
 * White Gaussian noise on complex symbols: N0 / 2 in each real part.
 *
 * @module
 */
import { CodecError, OptionError } from "../core/errors.ts";
import type { RandomKey } from "../core/random.ts";
import { type Decibel, noiseVariance } from "../core/units.ts";
import { openNormals } from "../wasm/random/mod.ts";

/** The largest |SNR| that float32 symbols can carry a meaning at. */
const MOST_DECIBELS = 200;

/**
 * Refuses an SNR that is no number or absurd, and symbols that are not whole.
 *
 * @throws {OptionError} When the SNR is not in [-200, 200] dB.
 * @throws {CodecError} When the symbols are not pairs of re and im.
 */
export function checkTransmission(symbols: Float32Array, snrDb: Decibel): void {
  checkSnr(snrDb);
  if (symbols.length % 2 !== 0) {
    throw new CodecError(`symbols: re and im interleaved; got ${symbols.length} values`);
  }
}

/** @throws {OptionError} When the SNR is not in [-200, 200] dB. */
export function checkSnr(snrDb: Decibel): void {
  if (!(Math.abs(snrDb) <= MOST_DECIBELS)) {
    throw new OptionError(`SNR: from ${-MOST_DECIBELS} to ${MOST_DECIBELS} dB; got ${snrDb}`);
  }
}

/**
 * Adds the noise of an SNR; symbol j gets normals 2j and 2j + 1 of `key.derive("noise")`. One key
 * gives the same normals at every SNR and to every codec, so that comparisons are paired.
 *
 * @param out As long as `symbols`; may be `symbols`.
 */
export function addNoise(
  symbols: Float32Array,
  snrDb: Decibel,
  key: RandomKey,
  out: Float32Array,
): void {
  const deviation = Math.sqrt(noiseVariance(snrDb) / 2);
  openNormals().addNoise(symbols, deviation, key.derive("noise"), out);
}
