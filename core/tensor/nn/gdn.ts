/**
 * Generalised divisive normalisation as a layer: its parameters are stored as roots, so that no step
 * of training can make a norm negative.
 *
 *     beta = max(b, sqrt(1e-6 + p))^2 - p      gamma = max(g, 2^-18)^2 - p      p = 2^-36
 *
 * Source: Ballé, Laparra, Simoncelli, arXiv:1611.01704; the form of its parameters as in
 * InterDigitalInc/CompressAI, `layers/gdn.py`.
 *
 * @module
 */
import { gdn as normalise } from "../ops/gdn.ts";
import { tf } from "../tfjs.ts";
import { constant, type Initialiser } from "./initialisers.ts";
import type { Declarations, Parameters } from "./parameters.ts";
import { lowerBound } from "./stop_gradient.ts";

const PEDESTAL = 2 ** -36;
const LEAST_BETA = Math.sqrt(1e-6 + PEDESTAL);
const LEAST_GAMMA = 2 ** -18;

/** Declares a {@linkcode gdn}: `beta` [c] and `gamma` [c out, c in], roots; begins as 1 and I / 10. */
export function gdnParameters(channels: number): Declarations {
  return {
    beta: { shape: [channels], layout: "plain", initial: constant(Math.sqrt(1 + PEDESTAL)) },
    gamma: { shape: [channels, channels], layout: "matrix", initial: tenthOfIdentity },
  };
}

/** y_i = x_i / sqrt(beta_i + sum_j gamma_ij x_j^2) over the last axis; the inverse multiplies. */
export function gdn<T extends tf.Tensor>(
  parameters: Parameters,
  x: T,
  options: { readonly inverse?: boolean } = {},
): T {
  const beta = squared(lowerBound(parameters.get("beta"), LEAST_BETA));
  const gamma = squared(lowerBound(parameters.get("gamma"), LEAST_GAMMA));
  return normalise(x, beta, gamma, options);
}

const tenthOfIdentity: Initialiser = ([channels = 0]) => {
  const values = new Float32Array(channels * channels).fill(Math.sqrt(PEDESTAL));
  for (let i = 0; i < channels; i++) values[i * channels + i] = Math.sqrt(0.1 + PEDESTAL);
  return values;
};

function squared(root: tf.Tensor): tf.Tensor {
  return tf.sub(tf.square(root), PEDESTAL);
}
