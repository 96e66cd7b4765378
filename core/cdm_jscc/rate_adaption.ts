/**
 * Layers that know the rate of each position: tokens added to it, and a linear layer for each rate.
 *
 * Rates come as a selection, f32[positions, rates] with one 1 in each row, so that all of this is
 * matrix products and gradients go where they should.
 *
 * Source: Dai et al., arXiv:2112.10961 (NTSCC), section III-C.
 *
 * @module
 */
import { type Initialiser, normal, zeros } from "../tensor/nn/initialisers.ts";
import type { Declarations, Parameters } from "../tensor/nn/parameters.ts";
import { tf } from "../tensor/tfjs.ts";

const TOKEN_DEVIATION = 0.02;

/** Rate indices as rows with one 1, f32[positions, rates]. */
export function selectRates(indices: Uint8Array, rates: number): tf.Tensor2D {
  const values = new Float32Array(indices.length * rates);
  for (const [position, index] of indices.entries()) values[position * rates + index] = 1;
  return tf.tensor2d(values, [indices.length, rates]);
}

/** Declares the {@linkcode addRateTokens} of a network: `rate_token`. */
export function rateTokenParameters(rates: number, channels: number): Declarations {
  const initial: Initialiser = (shape, key) =>
    normal(1)(shape, key).map((value) => TOKEN_DEVIATION * Math.max(-2, Math.min(2, value)));
  return { rate_token: { shape: [rates, channels], layout: "plain", initial } };
}

/** Adds to every position the token of its rate: f32[n, p, c]. */
export function addRateTokens(
  parameters: Parameters,
  x: tf.Tensor3D,
  selection: tf.Tensor2D,
): tf.Tensor3D {
  return tf.tidy(() => {
    const tokens = tf.matMul(selection, parameters.get<tf.Tensor2D>("rate_token"));
    return tf.add(x, tf.reshape(tokens, x.shape));
  });
}

/**
 * Declares a {@linkcode rateAdaption}: `weight` [rates, inputs, outputs], `bias` [rates, outputs].
 *
 * Deviation: deviation 1 / sqrt(inputs). The published code counts inputs times outputs as fan-in
 * and starts at 1/16 of that, so that the decoder hardly sees the signal.
 */
export function rateAdaptionParameters(
  rates: number,
  inputs: number,
  outputs: number,
): Declarations {
  const deviation = 1 / Math.sqrt(inputs);
  return {
    weight: { shape: [rates, inputs, outputs], layout: "plain", initial: normal(deviation) },
    bias: { shape: [rates, outputs], layout: "plain", initial: zeros },
  };
}

/** y_i = x_i W[r_i] + b[r_i]: f32[n, p, in] to f32[n, p, out]. */
export function rateAdaption(
  parameters: Parameters,
  x: tf.Tensor3D,
  selection: tf.Tensor2D,
): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, positions, inputs] = x.shape;
    const weight = parameters.get<tf.Tensor3D>("weight"), [rates, , outputs] = weight.shape;
    const rows = tf.reshape(x, [batch * positions, inputs]);
    // One rate after the other: a sixteenth of the memory of all at once.
    let sum: tf.Tensor = tf.matMul(selection, parameters.get<tf.Tensor2D>("bias"));
    for (let rate = 0; rate < rates; rate++) {
      sum = tf.add(
        sum,
        tf.tidy(() => {
          const mine = tf.slice(selection, [0, rate], [-1, 1]);
          const matrix = tf.reshape(tf.slice(weight, [rate, 0, 0], [1, -1, -1]), [inputs, outputs]);
          return tf.matMul(tf.mul(rows, mine), matrix);
        }),
      );
    }
    return tf.reshape(sum, [batch, positions, outputs]);
  });
}
