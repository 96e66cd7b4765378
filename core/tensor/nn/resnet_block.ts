/**
 * The residual block of diffusion U-Nets, with or without a time embedding.
 *
 *     x --block1-- (+ Linear(LeakyReLU(e))) --block2-- (+) -->      block: conv, channel norm, ReLU
 *     |                                                 |
 *     +------------------- 1x1 or identity -------------+
 *
 * Source: Yang, Mandt, arXiv:2209.06950 (CDC), after Ho et al., arXiv:2006.11239.
 *
 * @module
 */
import { tf } from "../tfjs.ts";
import { conv2d, conv2dParameters, linear, linearParameters } from "./convolution.ts";
import { channelNorm, channelNormParameters } from "./layer_norm.ts";
import { type Declarations, type Parameters, under } from "./parameters.ts";
import { initialAsTorch } from "./torch_initial.ts";

const TIME_SLOPE = 0.2;

/** Sizes of a block. */
export interface ResnetBlockSizes {
  readonly inputs: number;
  readonly outputs: number;
  /** Channels of the time embedding, where there is one. */
  readonly time?: number;
  /** Side of the first filter; default 3. */
  readonly kernel?: number;
}

/** Declares a {@linkcode resnetBlock}: `mlp.1`, `block1`, `block2`, `res_conv`. */
export function resnetBlockParameters(
  { inputs, outputs, time, kernel = 3 }: ResnetBlockSizes,
): Declarations {
  return {
    ...(time ? under("mlp.1", initialAsTorch(linearParameters(time, outputs))) : {}),
    ...under("block1", blockParameters(inputs, outputs, kernel)),
    ...under("block2", blockParameters(outputs, outputs, 3)),
    ...(inputs === outputs
      ? {}
      : under("res_conv", initialAsTorch(conv2dParameters(inputs, outputs, 1)))),
  };
}

/**
 * @param x f32[n, h, w, in].
 * @param e Time embedding f32[n, time], for a block that has one.
 * @returns f32[n, h, w, out].
 */
export function resnetBlock(parameters: Parameters, x: tf.Tensor4D, e?: tf.Tensor2D): tf.Tensor4D {
  return tf.tidy(() => {
    const t = tf.tidy(() => {
      const first = block(parameters.at("block1"), x);
      return block(parameters.at("block2"), e ? shifted(parameters, first, e) : first);
    });
    const projects = parameters.find("res_conv.weight") !== undefined;
    return tf.add(t, projects ? conv2d(parameters.at("res_conv"), x) : x);
  });
}

/** Adds the time embedding to every pixel. */
function shifted(parameters: Parameters, x: tf.Tensor4D, e: tf.Tensor2D): tf.Tensor4D {
  const shift = linear(parameters.at("mlp", 1), tf.leakyRelu(e, TIME_SLOPE));
  return tf.add(x, tf.reshape(shift, [shift.shape[0], 1, 1, shift.shape[1]]));
}

function blockParameters(inputs: number, outputs: number, kernel: number): Declarations {
  return {
    ...under("block.0", initialAsTorch(conv2dParameters(inputs, outputs, kernel))),
    ...under("block.1", channelNormParameters(outputs)),
  };
}

function block(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() =>
    tf.relu(channelNorm(parameters.at("block", 1), conv2d(parameters.at("block", 0), x)))
  );
}
