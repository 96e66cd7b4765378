/**
 * Attention over channels that knows the SNR: x times a gate per channel.
 *
 *     gate = scale sigmoid(fc2(relu(fc1(SNR in dB, means of x))))
 *
 * Source: Xu, Ai, Chen, Yang, Sun, Rodrigues, "Wireless image transmission using deep source channel
 * coding with attention modules", IEEE TCSVT 2022, arXiv:2012.00533, as in
 * semcomm/GC2022_Perceptual_Learned_Source_Channel_Coding @b795b8d: the SNR stands first, as it is.
 *
 * @module
 */
import { linear, linearParameters } from "../../core/tensor/nn/convolution.ts";
import { type Initialiser, ones, torchDefault, zeros } from "../../core/tensor/nn/initialisers.ts";
import { type Declarations, type Parameters, under } from "../../core/tensor/nn/parameters.ts";
import { initialAsTorch } from "../../core/tensor/nn/torch_initial.ts";
import { tf } from "../../core/tensor/tfjs.ts";

/** Channels for one hidden value. */
const SQUEEZE = 16;

/** Declares a {@linkcode snrAttention}: `fc1` (c + 1 to (c + 1) / 16 values), `fc2` (to c). */
export function snrAttentionParameters(channels: number): Declarations {
  const hidden = hiddenValues(channels);
  return {
    ...under("fc1", initialAsTorch(linearParameters(channels + 1, hidden))),
    ...under("fc2", initialAsTorch(linearParameters(hidden, channels))),
  };
}

/**
 * The same, beginning without effect where `scale` is 2: the gate is 1, and all hidden values are
 * open whatever the SNR.
 */
export function neutralAttentionParameters(channels: number): Declarations {
  const hidden = hiddenValues(channels);
  const first = { initial: blindToFirst, initialBias: ones };
  const second = { initial: zeros, initialBias: zeros };
  return {
    ...under("fc1", linearParameters(channels + 1, hidden, first)),
    ...under("fc2", linearParameters(hidden, channels, second)),
  };
}

/**
 * Scales each channel by what the channels' means and the SNR say.
 *
 * @param x f32[n, h, w, c].
 * @param snrDb f32[n, 1].
 * @param scale 1 as published.
 */
export function snrAttention(
  parameters: Parameters,
  x: tf.Tensor4D,
  snrDb: tf.Tensor2D,
  scale = 1,
): tf.Tensor4D {
  return tf.tidy(() => {
    const context = tf.concat([snrDb, tf.mean<tf.Tensor2D>(x, [1, 2])], 1);
    const hidden = tf.relu(linear(parameters.at("fc1"), context));
    const gate = tf.sigmoid(linear(parameters.at("fc2"), hidden));
    const scaled = scale === 1 ? gate : tf.mul(gate, scale);
    return tf.mul(x, tf.reshape(scaled, [x.shape[0], 1, 1, x.shape[3]]));
  });
}

function hiddenValues(channels: number): number {
  return Math.floor((channels + 1) / SQUEEZE);
}

/** PyTorch's default, but the first input, the SNR, counts nothing. */
const blindToFirst: Initialiser = (shape, key) => {
  const inputs = shape[1] ?? 1;
  return torchDefault()(shape, key).map((value, index) => index % inputs === 0 ? 0 : value);
};
