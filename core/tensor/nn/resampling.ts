/**
 * Halving and doubling of both sides by convolutions.
 *
 * @module
 */
import type { tf } from "../tfjs.ts";
import {
  conv2d,
  conv2dParameters,
  conv2dTranspose,
  conv2dTransposeParameters,
} from "./convolution.ts";
import { type Declarations, type Parameters, under } from "./parameters.ts";
import { initialAsTorch } from "./torch_initial.ts";

/** Declares a {@linkcode downsample}: `conv`, 3x3. */
export function downsampleParameters(channels: number): Declarations {
  return under("conv", initialAsTorch(conv2dParameters(channels, channels, 3)));
}

/** f32[n, h, w, c] to f32[n, h / 2, w / 2, c]: a 3x3 convolution with stride 2. */
export function downsample(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return conv2d(parameters.at("conv"), x, { stride: 2 });
}

/** Declares an {@linkcode upsample}: `conv`, 4x4, transposed. */
export function upsampleParameters(inputs: number, outputs = inputs): Declarations {
  return under("conv", initialAsTorch(conv2dTransposeParameters(inputs, outputs, 4)));
}

/** f32[n, h, w, in] to f32[n, 2 h, 2 w, out]: a transposed 4x4 convolution with stride 2. */
export function upsample(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return conv2dTranspose(parameters.at("conv"), x, { stride: 2, padding: 1, outputPadding: 0 });
}
