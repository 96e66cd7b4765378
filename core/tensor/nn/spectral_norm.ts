/**
 * Spectral norm: a convolution whose weight is divided by its largest singular value, estimated by
 * one step of the power iteration in every training forward.
 *
 *     W = weight as [out, in kh kw]    v = W' u / |.|    u = W v / |.|    sigma = u' W v
 *
 * u and v are constants to the gradient, which goes through W alone. They are state, not trained:
 * the caller keeps what a forward says about them.
 *
 * Source: Miyato, Kataoka, Koyama, Yoshida, arXiv:1802.05957, algorithm 1; names, shapes and eps as
 * in PyTorch's `torch.nn.utils.spectral_norm`.
 *
 * @module
 */
import { tf } from "../tfjs.ts";
import {
  conv2d,
  conv2dParameters,
  type ConvolutionOptions,
  type LayerOptions,
} from "./convolution.ts";
import { type Initialiser, normal } from "./initialisers.ts";
import { type Declarations, Parameters } from "./parameters.ts";
import { constantOf } from "./stop_gradient.ts";

const EPSILON = 1e-12;

/**
 * Declares a {@linkcode normedConv2d}: `weight_orig` [outputs, inputs, kernel, kernel], `bias`,
 * `weight_u` [outputs] and `weight_v` [inputs kernel kernel].
 */
export function normedConv2dParameters(
  inputs: number,
  outputs: number,
  kernel: number,
  options: LayerOptions = {},
): Declarations {
  const { weight, ...rest } = conv2dParameters(inputs, outputs, kernel, options);
  return {
    ...(weight ? { weight_orig: weight } : {}),
    ...rest,
    weight_u: { shape: [outputs], layout: "plain", initial: direction },
    weight_v: { shape: [inputs * kernel ** 2], layout: "plain", initial: direction },
  };
}

/** Whether a parameter is state of the power iteration, which no optimiser may touch. */
export function isPowerIterationState(name: string): boolean {
  return /(^|\.)weight_[uv]$/.test(name);
}

/** A weight of spectral norm one, and what the power iteration has come to. */
export interface NormedWeight {
  /** f32[kh, kw, in, out]. */
  readonly weight: tf.Tensor4D;
  /** The estimate of the largest singular value. */
  readonly sigma: tf.Scalar;
  /** f32[out]. */
  readonly u: tf.Tensor1D;
  /** f32[in kh kw], in the order of a file. */
  readonly v: tf.Tensor1D;
}

/**
 * The weight divided by its spectral norm.
 *
 * @param iterate One more step of the power iteration first; false: u and v as they are.
 */
export function spectralNorm(parameters: Parameters, iterate: boolean): NormedWeight {
  const filter = parameters.get<tf.Tensor4D>("weight_orig");
  const [, , , outputs] = filter.shape;
  const columns = tf.reshape(tf.transpose(filter, [2, 0, 1, 3]), [-1, outputs]); // W'
  const known = parameters.get<tf.Tensor1D>("weight_u");
  const v = iterate
    ? constantOf(columns, (w) => unit(product(w, known)))
    : parameters.get<tf.Tensor1D>("weight_v");
  const u = iterate ? constantOf(columns, (w) => unit(product(w, v, true))) : known;
  const sigma = tf.sum<tf.Scalar>(tf.mul(u, product(columns, v, true)));
  return { weight: tf.div(filter, sigma), sigma, u, v };
}

/** A convolution with a {@linkcode spectralNorm}, as {@linkcode conv2d} else. */
export function normedConv2d(
  parameters: Parameters,
  x: tf.Tensor4D,
  options: ConvolutionOptions & { readonly iterate: boolean },
): { readonly y: tf.Tensor4D; readonly norm: NormedWeight } {
  const norm = spectralNorm(parameters, options.iterate), bias = parameters.find("bias");
  const layer = new Map<string, tf.Tensor>([["weight", norm.weight]]);
  if (bias) layer.set("bias", bias);
  return { y: conv2d(new Parameters(layer), x, options), norm };
}

/** A random direction. */
const direction: Initialiser = (shape, key) => {
  const values = normal(1)(shape, key);
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return values.map((value) => value / Math.max(length, EPSILON));
};

/** W' vector, or W vector for the transposed of W'. */
function product(columns: tf.Tensor, vector: tf.Tensor1D, transposed = false): tf.Tensor1D {
  const column = tf.reshape(vector, [-1, 1]) as tf.Tensor2D;
  return tf.reshape(tf.matMul(columns as tf.Tensor2D, column, transposed), [-1]);
}

function unit(vector: tf.Tensor1D): tf.Tensor1D {
  return tf.div(vector, tf.maximum(tf.norm(vector), EPSILON));
}
