/**
 * The hyperprior: side information about y, from which mean and scale of every value of y follow.
 *
 * z never leaves the transmitter: the entropies that it gives decide how many symbols a position
 * gets, and only those numbers are sent.
 *
 * Source: Ballé et al., arXiv:1802.01436; Minnen et al., arXiv:1809.02736.
 * Deviation of the published code, kept: LeakyReLU 0.2 where the paper says ReLU, and none at the
 * end.
 *
 * @module
 */
import {
  conv2d,
  conv2dParameters,
  conv2dTranspose,
  conv2dTransposeParameters,
} from "../tensor/nn/convolution.ts";
import { type Declarations, type Parameters, under } from "../tensor/nn/parameters.ts";
import { initialAsTorch } from "../tensor/nn/torch_initial.ts";
import { tf } from "../tensor/tfjs.ts";
import type { Architecture } from "./architecture.ts";

const SLOPE = 0.2;
const LEAST_SCALE = 0.1;

/** Declares a {@linkcode hyperEncoder}. */
export function hyperEncoderParameters({ latent, hyper }: Architecture): Declarations {
  return {
    ...under("0.0", initialAsTorch(conv2dParameters(latent, hyper, 3))),
    ...under("1.0", initialAsTorch(conv2dParameters(hyper, hyper, 5))),
    ...under("2.0", initialAsTorch(conv2dParameters(hyper, hyper, 5))),
  };
}

/** Latent y f32[n, h, w, c] to hyper latent z f32[n, ceil(h / 4), ceil(w / 4), hyper]. */
export function hyperEncoder(parameters: Parameters, y: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const first = tf.leakyRelu(conv2d(parameters.at(0, 0), y), SLOPE);
    const second = tf.leakyRelu(conv2d(parameters.at(1, 0), first, { stride: 2 }), SLOPE);
    return conv2d(parameters.at(2, 0), second, { stride: 2 });
  });
}

/** Declares a {@linkcode hyperDecoder}. */
export function hyperDecoderParameters({ latent, hyper }: Architecture): Declarations {
  return {
    ...under("0.0", initialAsTorch(conv2dTransposeParameters(hyper, hyper, 5))),
    ...under("1.0", initialAsTorch(conv2dTransposeParameters(hyper, hyper, 5))),
    ...under("2.0", initialAsTorch(conv2dParameters(hyper, 2 * latent, 3))),
  };
}

/** Rounded z f32[n, h, w, hyper] to f32[n, 4 h, 4 w, 2 c]: means, then scales without their bound. */
export function hyperDecoder(parameters: Parameters, z: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const first = tf.leakyRelu(conv2dTranspose(parameters.at(0, 0), z, { stride: 2 }), SLOPE);
    const second = tf.leakyRelu(conv2dTranspose(parameters.at(1, 0), first, { stride: 2 }), SLOPE);
    return conv2d(parameters.at(2, 0), second);
  });
}

/** Mean and standard deviation of every value of y in quantisation steps, f32[n, h, w, c] each. */
export interface Gaussians {
  readonly mean: tf.Tensor4D;
  /** At least 0.1. */
  readonly scale: tf.Tensor4D;
}

/**
 * What {@linkcode hyperDecoder} gives, parted.
 *
 * @param perUnit Quantisation steps a unit of y, f32[c]; 1 where values are rounded to whole numbers.
 */
export function gaussiansOf(decoded: tf.Tensor4D, perUnit: tf.Tensor1D | 1): Gaussians {
  const [mean, raw] = tf.split(decoded, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
  return {
    mean: tf.mul(mean, perUnit),
    scale: tf.maximum(tf.mul(raw, perUnit), LEAST_SCALE),
  };
}
