/**
 * What the transmitter knows of a picture: its latents, and how much information lies where.
 *
 *     x -- enc --> y -- hyper_enc --> z -- round --> z^ -- hyper_dec --> mean, scale of y
 *
 * @module
 */
import type { Parameters } from "../tensor/nn/parameters.ts";
import { roundStraightThrough, stopGradient } from "../tensor/nn/stop_gradient.ts";
import { tf } from "../tensor/tfjs.ts";
import type { Architecture } from "./architecture.ts";
import { priorLikelihood, roundToMedians } from "./factorised_prior.ts";
import { bitsOf, gaussianLikelihood } from "./gaussian_likelihood.ts";
import { type Gaussians, gaussiansOf, hyperDecoder, hyperEncoder } from "./hyperprior.ts";
import { NETWORKS, QUANTISATION_STEP } from "./networks.ts";
import { transformEncoder } from "./transform_encoder.ts";

/** Latents of pictures. */
export interface Latents extends Gaussians {
  /** f32[n, h / 16, w / 16, c], not rounded. */
  readonly y: tf.Tensor4D;
  /** y in quantisation steps: what the entropy model speaks of. Where the step is 1, y itself. */
  readonly inSteps: tf.Tensor4D;
  /** f32[n, h / 64, w / 64, hyper], not rounded. */
  readonly z: tf.Tensor4D;
  /** z rounded to whole distances from its medians. */
  readonly zHat: tf.Tensor4D;
}

/** Latents of pictures f32[n, h, w, 3] in [-1, 1], sides multiples of 64. */
export function analyse(
  parameters: Parameters,
  x: tf.Tensor4D,
  architecture: Architecture,
): Latents {
  const y = transformEncoder(parameters.at(NETWORKS.transformEncoder), x, architecture);
  return latentsOf(parameters, y);
}

/** What follows from a latent y. */
export function latentsOf(parameters: Parameters, y: tf.Tensor4D): Latents {
  const step = parameters.find<tf.Tensor1D>(QUANTISATION_STEP);
  const perUnit = step ? tf.reciprocal(step) : 1;
  const z = hyperEncoder(parameters.at(NETWORKS.hyperEncoder), y);
  const zHat = roundToMedians(parameters.at(NETWORKS.prior), z);
  const decoded = hyperDecoder(parameters.at(NETWORKS.hyperDecoder), zHat);
  return { y, z, zHat, inSteps: tf.mul(y, perUnit), ...gaussiansOf(decoded, perUnit) };
}

/**
 * y in steps, rounded to whole distances from its means; straight-through gradient, none to the means.
 */
export function roundToMeans({ inSteps, mean }: Latents): tf.Tensor4D {
  return tf.tidy(() => {
    const fixed = stopGradient(mean);
    return tf.add(roundStraightThrough(tf.sub(inSteps, fixed)), fixed);
  });
}

/** The rounded y itself, f32[n, h, w, c]. */
export function roundedLatent(parameters: Parameters, latents: Latents): tf.Tensor4D {
  const step = parameters.find<tf.Tensor1D>(QUANTISATION_STEP), rounded = roundToMeans(latents);
  return step ? tf.mul(rounded, step) : rounded;
}

/** Bits of each position of a rounded or noisy y in steps: f32[n, h, w], the sum over channels. */
export function positionBits(y: tf.Tensor4D, { mean, scale }: Gaussians): tf.Tensor3D {
  return tf.tidy(() => tf.sum(bitsOf(gaussianLikelihood(y, mean, scale)), 3));
}

/** Bits of each picture's z, f32[n]. */
export function hyperBits(parameters: Parameters, z: tf.Tensor4D): tf.Tensor1D {
  return tf.tidy(() =>
    tf.sum(bitsOf(priorLikelihood(parameters.at(NETWORKS.prior), z)), [1, 2, 3])
  );
}

/** Bits a pixel of pictures with these latents, f32[n]. */
export function bitsPerPixel(
  parameters: Parameters,
  y: tf.Tensor3D,
  z: tf.Tensor4D,
  pixels: number,
): tf.Tensor1D {
  return tf.tidy(() => tf.div(tf.add(tf.sum(y, [1, 2]), hyperBits(parameters, z)), pixels));
}
