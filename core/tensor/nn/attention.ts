/**
 * Attention over pixels (the block of learned image compression) and over channels (the module that
 * adapts a network to the SNR).
 *
 * @module
 */
import { tf } from "../tfjs.ts";
import { conv2d, conv2dParameters, linear, linearParameters } from "./convolution.ts";
import { type Declarations, inARow, type Parameters, under } from "./parameters.ts";
import { initialAsTorch } from "./torch_initial.ts";

const UNITS = 3;

/**
 * Declares an {@linkcode attentionBlock}: residual units `conv_a.0` to `.2` and `conv_b.0` to `.2`,
 * each of convolutions `conv.0`, `.2`, `.4`; 1x1 convolution `conv_b.3`.
 */
export function attentionBlockParameters(channels: number): Declarations {
  const units = inARow(UNITS, () => residualUnitParameters(channels));
  return {
    ...under("conv_a", units),
    ...under("conv_b", { ...units, ...convolution(String(UNITS), channels, channels, 1) }),
  };
}

/**
 * x + a(x) sigmoid(b(x)): a features, b a mask.
 *
 * Source: Cheng, Sun, Takeuchi, Katto, arXiv:2001.01568, figure 5 (without the non-local block);
 * names of the parameters as in InterDigitalInc/CompressAI, `layers/layers.py`.
 */
export function attentionBlock(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const features = residualUnits(parameters.at("conv_a"), x);
    const mask = conv2d(
      parameters.at("conv_b", UNITS),
      residualUnits(parameters.at("conv_b"), x),
    );
    return tf.add(x, tf.mul(features, tf.sigmoid(mask)));
  });
}

function residualUnitParameters(channels: number): Declarations {
  const half = channels >> 1;
  return {
    ...convolution("conv.0", channels, half, 1),
    ...convolution("conv.2", half, half, 3),
    ...convolution("conv.4", half, channels, 1),
  };
}

/** relu(x + conv1x1(relu(conv3x3(relu(conv1x1(x)))))), three times. */
function residualUnits(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  let y = x;
  for (let unit = 0; unit < UNITS; unit++) {
    const layers = parameters.at(unit, "conv"), input = y;
    y = tf.tidy(() => {
      const narrow = tf.relu(conv2d(layers.at(0), input));
      const wide = conv2d(layers.at(4), tf.relu(conv2d(layers.at(2), narrow)));
      return tf.relu(tf.add(input, wide));
    });
  }
  return y;
}

function convolution(name: string, inputs: number, outputs: number, kernel: number): Declarations {
  return under(name, initialAsTorch(conv2dParameters(inputs, outputs, kernel)));
}

/**
 * Forms of the AF module: names of its two layers, width between them, slope of the rectifier there.
 *
 * | form          | source                                                              |
 * | ------------- | ------------------------------------------------------------------- |
 * | `adjscc`      | Xu, Ai, Chen, Yang, Sun, Rodrigues, arXiv:2012.00533, section III-B |
 * | `deepjscc-q2` | Tung, Kurka, Jankowski, Gündüz, DeepJSCC-Q, and its successors      |
 */
const FORMS = {
  "adjscc": { layers: ["fc1", "fc2"], hidden: (channels: number) => channels >> 4, slope: 0 },
  "deepjscc-q2": {
    layers: ["layers.0", "layers.2"],
    hidden: (channels: number) => channels,
    slope: 0.01,
  },
} as const;

/** A form of the AF module. */
export type AttentionFeatureForm = keyof typeof FORMS;

/** Declares an {@linkcode attentionFeature}: two linear layers, of c + 1 and of few values. */
export function attentionFeatureParameters(
  channels: number,
  form: AttentionFeatureForm,
): Declarations {
  const { layers: [first, second], hidden } = FORMS[form];
  const between = hidden(channels);
  return {
    ...under(first, initialAsTorch(linearParameters(channels + 1, between))),
    ...under(second, initialAsTorch(linearParameters(between, channels))),
  };
}

/**
 * AF module (attention feature): scales each channel by what the channels' means and the SNR say.
 *
 * @param x f32[n, h, w, c].
 * @param snrDb f32[n, 1], in dB as it is; stands behind the means.
 */
export function attentionFeature(
  parameters: Parameters,
  x: tf.Tensor4D,
  snrDb: tf.Tensor2D,
  form: AttentionFeatureForm,
): tf.Tensor4D {
  const { layers: [first, second], slope } = FORMS[form];
  return tf.tidy(() => {
    const context = tf.concat([tf.mean<tf.Tensor2D>(x, [1, 2]), snrDb], 1);
    const inner = tf.leakyRelu(linear(parameters.at(first), context), slope);
    const scale = tf.sigmoid(linear(parameters.at(second), inner));
    return tf.mul(x, tf.reshape(scale, [x.shape[0], 1, 1, x.shape[3]]));
  });
}
