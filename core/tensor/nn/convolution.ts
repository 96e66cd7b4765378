/**
 * Convolutions, with the padding of PyTorch: so many zeros on every side.
 *
 * TensorFlow's "same" padding puts them elsewhere when the stride is 2 (none before, one after), so
 * that a network trained with the one gives something else with the other.
 *
 * @module
 */
import { tf } from "../tfjs.ts";
import { type Initialiser, kaimingNormal, zeros } from "./initialisers.ts";
import type { Declarations, Layout, Parameters } from "./parameters.ts";

/** Parameters of a layer: `weight`, and `bias` unless told otherwise. */
export interface LayerOptions {
  readonly bias?: boolean;
  readonly initial?: Initialiser;
  readonly initialBias?: Initialiser;
}

/** Stride and padding of a convolution; the padding defaults to half the kernel. */
export interface ConvolutionOptions {
  readonly stride?: number;
  readonly padding?: number;
}

/** Declares a {@linkcode conv2d}: `weight` [outputs, inputs, kernel, kernel], `bias` [outputs]. */
export function conv2dParameters(
  inputs: number,
  outputs: number,
  kernel: number,
  options: LayerOptions = {},
): Declarations {
  return layer([outputs, inputs, kernel, kernel], outputs, "filter", options);
}

/**
 * Two-dimensional cross-correlation plus bias.
 *
 * @param x f32[n, h, w, in].
 * @returns f32[n, h', w', out], h' = floor((h + 2 padding - kernel) / stride) + 1.
 */
export function conv2d(
  parameters: Parameters,
  x: tf.Tensor4D,
  options: ConvolutionOptions = {},
): tf.Tensor4D {
  const filter = parameters.get<tf.Tensor4D>("weight");
  const { stride = 1, padding = (filter.shape[0] - 1) >> 1 } = options;
  return addBias(parameters, tf.conv2d(x, filter, stride, around(padding)));
}

/** Declares a {@linkcode conv2dTranspose}: `weight` [inputs, outputs, kernel, kernel], `bias`. */
export function conv2dTransposeParameters(
  inputs: number,
  outputs: number,
  kernel: number,
  options: LayerOptions = {},
): Declarations {
  return layer([inputs, outputs, kernel, kernel], outputs, "transposed", options);
}

/**
 * Transposed convolution plus bias: the gradient of a convolution by its input.
 *
 * @param x f32[n, h, w, in].
 * @param options `outputPadding` (default stride - 1) more rows and columns at bottom and right.
 * @returns f32[n, h', w', out], h' = (h - 1) stride - 2 padding + kernel + outputPadding.
 */
export function conv2dTranspose(
  parameters: Parameters,
  x: tf.Tensor4D,
  options: ConvolutionOptions & { readonly outputPadding?: number } = {},
): tf.Tensor4D {
  const filter = parameters.get<tf.Tensor4D>("weight");
  const [kernel, , outputs] = filter.shape;
  const { stride = 1, padding = (kernel - 1) >> 1, outputPadding = stride - 1 } = options;
  const side = (length: number): number =>
    (length - 1) * stride - 2 * padding + kernel + outputPadding;
  const [n, h, w] = x.shape;
  const shape: [number, number, number, number] = [n, side(h), side(w), outputs];
  // The padding at the end is what is left: `outputPadding` rows have no counterpart in x.
  const pad = around(padding, outputPadding);
  return addBias(parameters, tf.conv2dTranspose(x, filter, shape, stride, pad));
}

/** Declares a {@linkcode depthwiseConv2d}: `weight` [channels, 1, kernel, kernel], `bias`. */
export function depthwiseConv2dParameters(
  channels: number,
  kernel: number,
  options: LayerOptions = {},
): Declarations {
  return layer([channels, 1, kernel, kernel], channels, "depthwise", options);
}

/** Convolves every channel with a filter of its own; padding and shapes as {@linkcode conv2d}. */
export function depthwiseConv2d(
  parameters: Parameters,
  x: tf.Tensor4D,
  options: ConvolutionOptions = {},
): tf.Tensor4D {
  const filter = parameters.get<tf.Tensor4D>("weight");
  const { stride = 1, padding = (filter.shape[0] - 1) >> 1 } = options;
  return addBias(parameters, tf.depthwiseConv2d(x, filter, stride, around(padding)));
}

/** Declares a {@linkcode linear}: `weight` [outputs, inputs], `bias` [outputs]. */
export function linearParameters(
  inputs: number,
  outputs: number,
  options: LayerOptions = {},
): Declarations {
  return layer([outputs, inputs], outputs, "matrix", options);
}

/** Matrix product over the last axis, plus bias: f32[..., in] to f32[..., out]. */
export function linear<T extends tf.Tensor>(parameters: Parameters, x: T): T {
  const weight = parameters.get<tf.Tensor2D>("weight");
  const [inputs, outputs] = weight.shape;
  const rows = tf.matMul(tf.reshape(x, [-1, inputs]), weight);
  return addBias(parameters, tf.reshape(rows, [...x.shape.slice(0, -1), outputs])) as T;
}

function layer(
  shape: readonly number[],
  outputs: number,
  layout: Layout,
  { bias = true, initial = kaimingNormal(1), initialBias = zeros }: LayerOptions,
): Declarations {
  return {
    weight: { shape, layout, initial },
    ...(bias ? { bias: { shape: [outputs], layout: "plain", initial: initialBias } } : {}),
  };
}

function addBias<T extends tf.Tensor>(parameters: Parameters, x: T): T {
  const bias = parameters.find("bias");
  return bias ? tf.add(x, bias) as T : x;
}

/** Zeros on all sides in tfjs's words; `less` fewer after the last row and column. */
function around(padding: number, less = 0): [[0, 0], [number, number], [number, number], [0, 0]] {
  const sides: [number, number] = [padding, padding - less];
  return [[0, 0], sides, sides, [0, 0]];
}
