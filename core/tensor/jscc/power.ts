/**
 * Power normalisation: each picture's symbols have unit mean power, so each of their real values has
 * mean power 1/2.
 *
 * @module
 */
import { tf } from "../tfjs.ts";

/** Added to the energy of a latent, which could be zero. */
const LEAST_ENERGY = 1e-12;

/**
 * The factors that give each latent unit power, f32[n, 1, 1, 1]: a = sqrt(K / sum z^2), K complex
 * symbols.
 *
 * Deviation: a latent of zeros has a large factor, not an infinite one; no published code guards it.
 *
 * @param sent Share of the values that are sent, the others being zero; absent: all.
 */
export function powerFactor(z: tf.Tensor4D, sent: tf.Tensor | number = 1): tf.Tensor4D {
  return tf.tidy(() => {
    const energy = tf.add(tf.sum(tf.square(z), [1, 2, 3], true), LEAST_ENERGY);
    const symbols = tf.mul(sent, z.size / z.shape[0] / 2);
    return tf.rsqrt(tf.div(energy, symbols)) as tf.Tensor4D;
  });
}

/*
 * The power factor as a byte: 256 steps of a quarter of a decibel from -32 dB. The rounding is at
 * most 1.5 % of the amplitude, far below the noise.
 */
const FACTOR_STEP_DB = 0.25;
const FACTOR_LOW_DB = -32;

/** Bits of the power factor. */
export const FACTOR_BITS = 8;

/** The byte that says a power factor; factors beyond the range become its ends. */
export function factorByte(factor: number): number {
  const step = Math.round((20 * Math.log10(factor) - FACTOR_LOW_DB) / FACTOR_STEP_DB);
  return Math.min(255, Math.max(0, step));
}

/** The power factor that a byte says. */
export function factorOf(byte: number): number {
  return 10 ** ((FACTOR_LOW_DB + FACTOR_STEP_DB * byte) / 20);
}

/** Power factors as their bytes say them. */
export function quantisedFactor(factor: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const decibel = tf.mul(tf.log(factor), 20 / Math.LN10);
    const step = tf.round(tf.div(tf.sub(decibel, FACTOR_LOW_DB), FACTOR_STEP_DB));
    const known = tf.add(tf.mul(tf.clipByValue(step, 0, 255), FACTOR_STEP_DB), FACTOR_LOW_DB);
    return tf.exp(tf.mul(known, Math.LN10 / 20)) as tf.Tensor4D;
  });
}
