/**
 * Encoder and generator of HiFiC at stride 16, as an alternative to the published pair of GAN-JSCC.
 *
 *     x: conv 7x7 60 - four times conv 3x3 /2 (120, 240, 480, 960) - conv 3x3 C -> z
 *     y: norm - conv 3x3 960 - norm = head - 9 residual blocks - + head
 *        - four times tconv 3x3 *2 (480, 240, 120, 60) - conv 7x7 3 -> x
 *
 * Behind each inner convolution stand channel norm and ReLU; borders are mirrored.
 *
 * Source: Mentzer, Toderici, Tschannen, Agustsson, "High-fidelity generative image compression",
 * arXiv:2006.09965, figure 2; as in Justin-Tan/high-fidelity-generative-compression @7d4e9e7.
 * Deviation: the received symbols take the place of the quantised latent.
 *
 * @module
 */
import { conv2d, conv2dParameters } from "../../core/tensor/nn/convolution.ts";
import { ones, zeros } from "../../core/tensor/nn/initialisers.ts";
import { type Declarations, type Parameters, under } from "../../core/tensor/nn/parameters.ts";
import { initialAsTorch } from "../../core/tensor/nn/torch_initial.ts";
import { layerNorm } from "../../core/tensor/ops/layer_norm.ts";
import { tf } from "../../core/tensor/tfjs.ts";

const EPSILON = 1e-3;

/** Declares a {@linkcode channelNorm}: `gamma`, `beta` [1, channels, 1, 1]. */
export function channelNormParameters(channels: number): Declarations {
  const shape = [1, channels, 1, 1];
  return {
    gamma: { shape, layout: "plain", initial: ones },
    beta: { shape, layout: "plain", initial: zeros },
  };
}

/** Normalises over the channels of every pixel; the variance is divided by c - 1. */
export function channelNorm(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  const [gamma, beta] = [parameters.get("gamma"), parameters.get("beta")];
  const flat = (values: tf.Tensor): tf.Tensor => tf.reshape(values, [values.size]);
  return layerNorm(x, flat(gamma), flat(beta), { epsilon: EPSILON, unbiased: true });
}

/** Declares a {@linkcode residualBlock}: `conv1`, `norm1`, `conv2`, `norm2`. */
export function residualBlockParameters(channels: number): Declarations {
  return {
    ...under("conv1", initialAsTorch(conv2dParameters(channels, channels, 3))),
    ...under("norm1", channelNormParameters(channels)),
    ...under("conv2", initialAsTorch(conv2dParameters(channels, channels, 3))),
    ...under("norm2", channelNormParameters(channels)),
  };
}

/** x + norm2(conv2(relu(norm1(conv1(x))))). */
export function residualBlock(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const first = conv2d(parameters.at("conv1"), mirrored(x, 1), { padding: 0 });
    const inner = tf.relu(channelNorm(parameters.at("norm1"), first));
    const second = conv2d(parameters.at("conv2"), mirrored(inner, 1), { padding: 0 });
    return tf.add(x, channelNorm(parameters.at("norm2"), second));
  });
}

/** Mirrors the borders, without repeating the last pixel. */
function mirrored(x: tf.Tensor4D, pixels: number): tf.Tensor4D {
  const around: [number, number] = [pixels, pixels];
  return tf.mirrorPad(x, [[0, 0], around, around, [0, 0]], "reflect");
}
