/**
 * The loss of CDM-JSCC: rate, distortion and perception of one denoising step.
 *
 *   L = lambda bpp + (1 - alpha) min(SNR_n, 5) |x - x0|^2 + alpha d(x, x0)
 *   x0 = X(x_n, n / N, c),  x_n = sqrt(abar_n) x + sqrt(1 - abar_n) e
 *
 * with n uniform, and the conditions c as the channel left them (in stage 1: from the rounded y).
 *
 * Source: arXiv:2409.02597, equations (6) and (8) to (11); the weight min(SNR_n, 5), Hang et al.,
 * arXiv:2303.09556, as in the published code.
 *
 * @module
 */
import type { Parameters } from "../tensor/nn/parameters.ts";
import { stopGradient } from "../tensor/nn/stop_gradient.ts";
import type { PerceptualDistance } from "../tensor/perceptual/lpips_squeeze.ts";
import { tf } from "../tensor/tfjs.ts";
import type { Architecture } from "./architecture.ts";
import { conditionDecoder, type Conditions } from "./condition_decoder.ts";
import { analyse, bitsPerPixel, positionBits, roundedLatent } from "./entropy.ts";
import { mediansLoss } from "./factorised_prior.ts";
import { jsccDecoder } from "./jscc_decoder.ts";
import { jsccEncoder, masksOf } from "./jscc_encoder.ts";
import { NETWORKS } from "./networks.ts";
import { withPublishedGradient } from "./published_gradient.ts";
import { SIGNAL_SHARES, stepSnr, TRAINING_STEPS } from "./schedule.ts";
import { unet } from "./unet.ts";

const MOST_WEIGHT = 5;
/** A latent of zeros has no power to divide by. */
const LEAST_POWER = 1e-12;
/** What the decoder is told in stage 1, where there is no channel: a variance that says nothing. */
const NO_NOISE = 1 / 20;

/** What a training weighs, and over which link. */
export interface LossSettings {
  readonly architecture: Architecture;
  /** Symbols a bit. */
  readonly eta: number;
  /** Es/N0 of the channel as a ratio; null: stage 1, the rounded latent and no channel. */
  readonly snr: number | null;
  /** Weight of the rate. */
  readonly lambda: number;
  /** Share of perception against distortion. */
  readonly alpha: number;
  /** Which symbols are sent: see `rateMasks`. */
  readonly masks: Uint8Array;
  readonly perceptual: PerceptualDistance;
  /** The scrambled gradient of the published code: see {@linkcode withPublishedGradient}. */
  readonly publishedGradient?: boolean;
}

/** What is random in a loss. */
export interface LossNoise {
  /** Uniform in [-1/2, 1/2), in place of rounding: of y's and z's shape. */
  readonly latent: tf.Tensor4D;
  readonly hyper: tf.Tensor4D;
  /** Standard normal for every symbol, f32[n, positions, symbols]. */
  readonly channel: tf.Tensor3D;
  /** Standard normal, of the pictures' shape. */
  readonly diffusion: tf.Tensor4D;
  /** Step n of each picture, 0 to N - 1. */
  readonly steps: readonly number[];
}

/** A loss and what it is made of. */
export interface CdmLoss {
  readonly value: tf.Scalar;
  readonly bpp: tf.Tensor1D;
  readonly distortion: tf.Scalar;
  readonly perception: tf.Scalar;
  readonly noisy: tf.Tensor4D;
  readonly predicted: tf.Tensor4D;
}

/** @param x Pictures f32[n, h, w, 3] in [-1, 1]. */
export function cdmLoss(
  parameters: Parameters,
  x: tf.Tensor4D,
  noise: LossNoise,
  settings: LossSettings,
): CdmLoss {
  const { architecture, lambda, alpha, perceptual } = settings;
  const { conditions, bpp } = cdmConditions(parameters, x, noise, settings);
  const noisy = diffuse(x, noise);
  const times = tf.tensor2d(noise.steps.map((step) => step / TRAINING_STEPS), [x.shape[0], 1]);
  const network = parameters.at(NETWORKS.unet);
  const predicted = unet(network, noisy, times, conditions, architecture);
  const distortion = distortionOf(x, predicted, noise, architecture);
  const shown = architecture.prediction === "epsilon"
    ? tf.clipByValue(undiffuse(noisy, predicted, noise), -1, 1) as tf.Tensor4D
    : predicted;
  const perception = tf.mean<tf.Scalar>(perceptual(x, shown));
  const value = tf.addN([
    tf.mul(tf.mean(bpp), lambda),
    tf.mul(distortion, 1 - alpha),
    tf.mul(perception, alpha),
  ]) as tf.Scalar;
  return { value, bpp, distortion, perception, noisy, predicted };
}

/** What the U-Net is told of pictures, and the bits a pixel of their latents, f32[n]. */
export function cdmConditions(
  parameters: Parameters,
  x: tf.Tensor4D,
  noise: LossNoise,
  settings: LossSettings,
): { readonly conditions: Conditions; readonly bpp: tf.Tensor1D } {
  const { architecture, snr } = settings, [, height, width] = x.shape;
  const latents = analyse(parameters, x, architecture);
  const bits = positionBits(tf.add(latents.inSteps, noise.latent), latents);
  const bpp = bitsPerPixel(parameters, bits, tf.add(latents.z, noise.hyper), height * width);
  const { y, variance } = snr === null
    ? { y: roundedLatent(parameters, latents), variance: tf.fill([x.shape[0]], NO_NOISE) }
    : overChannel(parameters, latents.y, bits, noise.channel, settings, snr);
  const decoder = parameters.at(NETWORKS.conditionDecoder);
  const conditions = conditionDecoder(decoder, y, variance as tf.Tensor1D, architecture);
  return { conditions, bpp };
}

/** For a training without a perceptual network. */
export function zeroDistance(a: tf.Tensor4D): tf.Tensor1D {
  return tf.zeros([a.shape[0]]);
}

/** min(SNR_n, 5) |x - x0|^2; of a predicted noise |e - e0|^2, which is that without the bound. */
function distortionOf(
  x: tf.Tensor4D,
  predicted: tf.Tensor4D,
  { diffusion, steps }: LossNoise,
  { prediction }: Architecture,
): tf.Scalar {
  if (prediction === "epsilon") return tf.mean(tf.squaredDifference(diffusion, predicted));
  const weights = tf.tensor1d(steps.map((step) => Math.min(stepSnr(step), MOST_WEIGHT)));
  const squares = tf.mean(tf.squaredDifference(x, predicted), [1, 2, 3]);
  return tf.mean(tf.mul(squares, weights));
}

/** The second loss, which trains the medians of the prior alone. */
export function cdmMediansLoss(parameters: Parameters): tf.Scalar {
  return mediansLoss(parameters.at(NETWORKS.prior));
}

/** Pictures at their steps of the diffusion. */
function diffuse(x: tf.Tensor4D, { diffusion, steps }: LossNoise): tf.Tensor4D {
  return tf.add(
    tf.mul(x, perPicture(steps, Math.sqrt)),
    tf.mul(diffusion, perPicture(steps, (share) => Math.sqrt(1 - share))),
  );
}

/** The pictures that a predicted noise stands for. */
function undiffuse(noisy: tf.Tensor4D, epsilon: tf.Tensor4D, { steps }: LossNoise): tf.Tensor4D {
  const noise = tf.mul(epsilon, perPicture(steps, (share) => Math.sqrt(1 - share)));
  return tf.mul(tf.sub(noisy, noise), perPicture(steps, (share) => 1 / Math.sqrt(share)));
}

/** A function of abar at each picture's step, f32[n, 1, 1, 1]. */
function perPicture(steps: readonly number[], f: (share: number) => number): tf.Tensor4D {
  const values = steps.map((step) => f(SIGNAL_SHARES[step] as number));
  return tf.tensor4d(values, [steps.length, 1, 1, 1]);
}

/** The latent through JSCC encoder, channel and JSCC decoder; no gradient through the rates. */
function overChannel(
  parameters: Parameters,
  y: tf.Tensor4D,
  bits: tf.Tensor3D,
  noise: tf.Tensor3D,
  { architecture, eta, masks, publishedGradient }: LossSettings,
  snr: number,
): { readonly y: tf.Tensor4D; readonly variance: tf.Tensor1D } {
  const [batch, height, width] = y.shape;
  const selection = selectByBits(stopGradient(bits), eta, architecture.rates);
  const symbols = jsccEncoder(parameters.at(NETWORKS.jsccEncoder), y, selection, architecture);
  const mask = tf.reshape(masksOf(selection, masks), symbols.shape) as tf.Tensor3D;
  const chosen: tf.Tensor3D = tf.mul(symbols, mask);
  const sent = publishedGradient ? withPublishedGradient(chosen, mask) : chosen;
  const { received, variance } = gaussianChannel(sent, mask, noise, snr);
  const decoder = parameters.at(NETWORKS.jsccDecoder), grid = { height, width };
  return {
    y: jsccDecoder(decoder, received, variance, grid, selection, architecture),
    variance: tf.reshape(variance, [batch]),
  };
}

/** The rates of `allocateRates` as a selection, f32[positions, rates], without leaving the backend. */
export function selectByBits(
  bits: tf.Tensor3D,
  eta: number,
  rates: readonly number[],
): tf.Tensor2D {
  return tf.tidy(() => {
    const symbols = tf.reshape(tf.mul(bits, eta), [-1, 1]);
    // As many rates are too low as the index says; the highest serves whatever is beyond it.
    const enough = tf.cast(tf.lessEqual(symbols, tf.tensor2d([rates.slice(0, -1)])), "float32");
    const ones = tf.ones([symbols.shape[0] as number, 1]);
    const upTo = tf.concat([enough, ones], 1), before = tf.concat([tf.zerosLike(ones), enough], 1);
    return tf.sub(upTo, before);
  });
}

/**
 * Symbols with the noise of an AWGN channel, at the scale they had before they were normed to unit
 * power: each picture's mean power p, of its sent symbols, sets the noise, of variance p / SNR.
 */
function gaussianChannel(
  symbols: tf.Tensor3D,
  mask: tf.Tensor3D,
  noise: tf.Tensor3D,
  snr: number,
): { readonly received: tf.Tensor3D; readonly variance: tf.Tensor3D } {
  const power = tf.div(tf.sum(tf.square(symbols), [1, 2], true), tf.sum(mask, [1, 2], true));
  const variance: tf.Tensor3D = tf.div(tf.maximum(power, LEAST_POWER), snr);
  const received: tf.Tensor3D = tf.add(symbols, tf.mul(tf.mul(noise, mask), tf.sqrt(variance)));
  return { received, variance };
}
