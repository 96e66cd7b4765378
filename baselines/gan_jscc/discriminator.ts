/**
 * The conditional PatchGAN discriminator: which patches of a picture are real, given the latent.
 *
 *     z -> latent conv 3x3 12 - upsampling by the stride -+
 *                                                         +-> d_conv_head - d_conv_0 - d_conv_1 /8
 *     x --------------------------------------------------+   - d_conv_a - d_conv_b -> logits
 *
 * All convolutions but the first are 4x4 with padding 1, the first three of them with stride 2; four
 * have a spectral norm. It exists in training alone, and sees the transmitter's clean latent.
 *
 * Source: as encoder.ts.
 * Deviation: every picture is judged with its own latent. The published code stacks pictures as real
 * 1..n, generated 1..n and latents as 1, 1, 2, 2, ..., so that the condition is noise.
 *
 * @module
 */
import { conv2d, conv2dParameters } from "../../core/tensor/nn/convolution.ts";
import { normal } from "../../core/tensor/nn/initialisers.ts";
import { type Declarations, type Parameters, under } from "../../core/tensor/nn/parameters.ts";
import {
  normedConv2d,
  normedConv2dParameters,
  type NormedWeight,
} from "../../core/tensor/nn/spectral_norm.ts";
import { tf } from "../../core/tensor/tfjs.ts";

/** Channels of the four normed layers. */
export type Filters = readonly [number, number, number, number];

/** As published. */
export const FILTERS: Filters = [64, 128, 256, 512];

const CONDITION = 12;
const SLOPE = 0.2;
const KERNEL = 4;
/** Names and strides of the normed layers. */
const LAYERS = [["d_conv_head", 2], ["d_conv_0", 2], ["d_conv_1", 2], ["d_conv_a", 1]] as const;

/** Declares a {@linkcode judge}; all weights begin as N(0, 0.02). */
export function discriminatorParameters(latent: number, filters: Filters): Declarations {
  const start = { initial: normal(0.02) };
  const normed = LAYERS.map(([name], index) => {
    const inputs = filters[index - 1] ?? 3 + CONDITION, outputs = filters[index] ?? 0;
    return under(name, normedConv2dParameters(inputs, outputs, KERNEL, start));
  });
  return Object.assign(
    {},
    under("latent", conv2dParameters(latent, CONDITION, 3, start)),
    ...normed,
    under("d_conv_b", conv2dParameters(filters[3], 1, KERNEL, start)),
  );
}

/** Logits, and what the power iterations of the normed layers have come to. */
export interface Judgement {
  /** f32[n, H/8 - 2, W/8 - 2, 1], positive: real. */
  readonly logits: tf.Tensor4D;
  readonly norms: ReadonlyMap<string, NormedWeight>;
}

/**
 * Judges pictures, each with its latent, in one forward with one step of each power iteration.
 *
 * @param x f32[n, H, W, 3] in [0, 1].
 * @param z f32[n, h, w, T], before the power is normalised; H / h is the upsampling.
 */
export function judge(parameters: Parameters, x: tf.Tensor4D, z: tf.Tensor4D): Judgement {
  const condition = tf.leakyRelu(conv2d(parameters.at("latent"), z), SLOPE);
  let h: tf.Tensor4D = tf.concat([x, upsampled(condition, x.shape[1] / z.shape[1])], 3);
  const norms = new Map<string, NormedWeight>();
  for (const [name, stride] of LAYERS) {
    const options = { stride, padding: 1, iterate: true };
    const { y, norm } = normedConv2d(parameters.at(name), h, options);
    norms.set(name, norm);
    h = tf.leakyRelu(y, SLOPE);
  }
  return { logits: conv2d(parameters.at("d_conv_b"), h, { padding: 1 }), norms };
}

/** New values of the power iterations' vectors, by name within the discriminator. */
export function powerIterations({ norms }: Judgement): ReadonlyMap<string, tf.Tensor> {
  return new Map(
    [...norms].flatMap(([name, { u, v }]) => [
      [`${name}.weight_u`, u],
      [`${name}.weight_v`, v],
    ]),
  );
}

/** Repeats every pixel: f32[n, h, w, c] to f32[n, h times, w times, c]. */
function upsampled(x: tf.Tensor4D, times: number): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const wide = tf.broadcastTo(tf.reshape(x, [n * h, w, 1, c]), [n * h, w, times, c]);
  const row = w * times * c;
  const high = tf.broadcastTo(tf.reshape(wide, [n, h, 1, row]), [n, h, times, row]);
  return tf.reshape(high, [n, h * times, w * times, c]);
}
