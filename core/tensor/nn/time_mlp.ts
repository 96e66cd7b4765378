/**
 * Embedding of the normalised step of a diffusion model: Linear, GELU, Linear.
 *
 * @module
 */
import { tf } from "../tfjs.ts";
import { gelu } from "./activations.ts";
import { linear, linearParameters } from "./convolution.ts";
import { type Declarations, type Parameters, under } from "./parameters.ts";
import { initialAsTorch } from "./torch_initial.ts";

/** Declares a {@linkcode timeMlp}: layers `0` and `2`, four times as wide between them. */
export function timeMlpParameters(channels: number): Declarations {
  return {
    ...under("0", initialAsTorch(linearParameters(1, 4 * channels))),
    ...under("2", initialAsTorch(linearParameters(4 * channels, channels))),
  };
}

/** f32[n, 1] in [0, 1) to f32[n, channels]. */
export function timeMlp(parameters: Parameters, t: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => linear(parameters.at(2), gelu(linear(parameters.at(0), t))));
}
