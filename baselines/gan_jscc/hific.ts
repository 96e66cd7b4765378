/**
 * Encoder and generator of HiFiC at stride 16, in place of the published pair of GAN-JSCC: preset
 * `hific`.
 *
 *     x: conv 7x7 N - four times conv 3x3 /2 (2N, 4N, 8N, 16N) - conv 3x3 C -> z
 *     y: norm - conv 3x3 16N - norm = head - 9 residual blocks - + head
 *        - four times tconv 3x3 *2 (8N, 4N, 2N, N) - conv 7x7 3 -> x
 *
 * Behind each inner convolution stand channel norm and ReLU; borders are mirrored. N is 60.
 *
 * Source: Mentzer, Toderici, Tschannen, Agustsson, "High-fidelity generative image compression",
 * arXiv:2006.09965, figure 2; as in Justin-Tan/high-fidelity-generative-compression @7d4e9e7.
 * Deviation: received symbols take the place of the quantised latent, without entropy model.
 *
 * @module
 */
import {
  conv2d,
  conv2dParameters,
  conv2dTranspose,
  conv2dTransposeParameters,
} from "../../core/tensor/nn/convolution.ts";
import { ones, zeros } from "../../core/tensor/nn/initialisers.ts";
import {
  type Declarations,
  inARow,
  type Parameters,
  under,
} from "../../core/tensor/nn/parameters.ts";
import { initialAsTorch } from "../../core/tensor/nn/torch_initial.ts";
import { layerNorm } from "../../core/tensor/ops/layer_norm.ts";
import { tf } from "../../core/tensor/tfjs.ts";

const EPSILON = 1e-3;
const BLOCKS = 9;
/** Multiples of N: of the encoder's layers `down.0` to `.3`, of the generator's `up.0` to `.3`. */
const DOWN = [2, 4, 8, 16] as const, UP = [8, 4, 2, 1] as const;

/** Declares an {@linkcode hificEncode}: `first`, `down.i`, each `conv` and `norm`; `last`. */
export function hificEncoderParameters(latent: number, width: number): Declarations {
  return {
    ...under("first", normedParameters(3, width, 7)),
    ...under(
      "down",
      inARow(
        DOWN.length,
        (i) => normedParameters(width * (DOWN[i - 1] ?? 1), width * (DOWN[i] as number), 3),
      ),
    ),
    ...under("last", initialAsTorch(conv2dParameters(16 * width, latent, 3))),
  };
}

/** Picture f32[n, H, W, 3] in [0, 1] to latent f32[n, H/16, W/16, C]. */
export function hificEncode(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    let h = normed(parameters.at("first"), mirrored(x, 3));
    DOWN.forEach((_, i) => {
      const layer = parameters.at("down", i), input = h;
      // One row above, one column to the right: as published.
      h = tf.tidy(() => normed(layer, mirror(input, [1, 0], [0, 1]), 2));
    });
    return conv2d(parameters.at("last"), mirrored(h, 1), { padding: 0 });
  });
}

/** Declares an {@linkcode hificGenerate}: `start`, `head`, `block.i`, `up.i`, `last`. */
export function hificGeneratorParameters(latent: number, width: number): Declarations {
  const wide = 16 * width;
  return {
    ...under("start", channelNormParameters(latent)),
    ...under("head", normedParameters(latent, wide, 3)),
    ...under("block", inARow(BLOCKS, () => residualBlockParameters(wide))),
    ...under(
      "up",
      inARow(UP.length, (i) => {
        const inputs = width * (UP[i - 1] ?? 16), outputs = width * (UP[i] as number);
        return {
          ...under("conv", initialAsTorch(conv2dTransposeParameters(inputs, outputs, 3))),
          ...under("norm", channelNormParameters(outputs)),
        };
      }),
    ),
    ...under("last", initialAsTorch(conv2dParameters(width, 3, 7))),
  };
}

/** Received f32[n, h, w, C] to picture f32[n, 16 h, 16 w, 3], not clamped. */
export function hificGenerate(parameters: Parameters, y: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const start = mirrored(channelNorm(parameters.at("start"), y), 1);
    const wide = conv2d(parameters.at("head", "conv"), start, { padding: 0 });
    const head = channelNorm(parameters.at("head", "norm"), wide); // no ReLU: it is added again
    let h = head;
    for (let i = 0; i < BLOCKS; i++) h = residualBlock(parameters.at("block", i), h);
    h = tf.add(h, head);
    UP.forEach((_, i) => {
      const layer = parameters.at("up", i), input = h;
      h = tf.tidy(() => {
        const convolved = conv2dTranspose(layer.at("conv"), input, { stride: 2 });
        return tf.relu(channelNorm(layer.at("norm"), convolved));
      });
    });
    return conv2d(parameters.at("last"), mirrored(h, 3), { padding: 0 });
  });
}

function normedParameters(inputs: number, outputs: number, kernel: number): Declarations {
  return {
    ...under("conv", initialAsTorch(conv2dParameters(inputs, outputs, kernel))),
    ...under("norm", channelNormParameters(outputs)),
  };
}

/** Convolution of what is padded already, channel norm, ReLU. */
function normed(parameters: Parameters, x: tf.Tensor4D, stride = 1): tf.Tensor4D {
  const convolved = conv2d(parameters.at("conv"), x, { stride, padding: 0 });
  return tf.relu(channelNorm(parameters.at("norm"), convolved));
}

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

/** Mirrors the borders on all sides. */
function mirrored(x: tf.Tensor4D, pixels: number): tf.Tensor4D {
  return mirror(x, [pixels, pixels], [pixels, pixels]);
}

/** Mirrors at the last pixel, or where a side is too short for that, repeats it. */
function mirror(
  x: tf.Tensor4D,
  rows: [number, number],
  columns: [number, number],
): tf.Tensor4D {
  const most = Math.max(...rows, ...columns);
  const mode = Math.min(x.shape[1], x.shape[2]) > most ? "reflect" : "symmetric";
  return tf.mirrorPad(x, [[0, 0], rows, columns, [0, 0]], mode);
}
