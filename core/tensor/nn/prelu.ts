/**
 * Parametric rectifier: max(0, x) + slope min(0, x), the slope learned.
 *
 * Source: He, Zhang, Ren, Sun, arXiv:1502.01852, equation (1).
 *
 * @module
 */
import { tf } from "../tfjs.ts";
import { constant } from "./initialisers.ts";
import type { Declarations, Parameters } from "./parameters.ts";

/**
 * Declares a {@linkcode prelu}: `weight`, one slope for each of the channels.
 *
 * @param channels 1: one slope for all channels.
 * @param initial Where the slopes begin; PyTorch has 0.25, Keras 0.
 */
export function preluParameters(channels = 1, initial = 0.25): Declarations {
  return { weight: { shape: [channels], layout: "plain", initial: constant(initial) } };
}

/** PReLU over the last axis. */
export function prelu<T extends tf.Tensor>(parameters: Parameters, x: T): T {
  const slope = parameters.get("weight"), channels = x.shape.at(-1) ?? 1;
  // A slope for each channel: the gradient has a kernel for that alone.
  const slopes = slope.size === channels ? slope : tf.tile(slope, [channels]);
  return tf.prelu(x as tf.Tensor, slopes) as T;
}

/**
 * Leaky rectifier, max(0, x) + slope min(0, x), the slope fixed: as a PReLU, whose kernels take a
 * fifth of the time of TensorFlow.js's own leaky rectifier and its gradient.
 */
export function leakyRelu<T extends tf.Tensor>(x: T, slope: number): T {
  return tf.prelu(x as tf.Tensor, tf.fill([x.shape.at(-1) ?? 1], slope)) as T;
}
