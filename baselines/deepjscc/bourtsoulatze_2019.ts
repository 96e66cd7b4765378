/**
 * DeepJSCC as first published: ten layers of 5x5 convolutions with PReLU.
 *
 *     x: conv1 /2 16 - conv2 /2 32 - conv3 32 - conv4 32 - conv5 T -> z
 *     y: tconv1 32 - tconv2 32 - tconv3 32 - tconv4 *2 16 - tconv5 *2 3, sigmoid -> x
 *
 * Source: Bourtsoulatze, Kurka, Gündüz, "Deep joint source-channel coding for wireless image
 * transmission", IEEE TCCN 5(3), 2019, figure 2. Sizes of layers and names of parameters as in
 * chunbaobao/Deep-JSCC-PyTorch @2665e0d.
 * Deviation: that code's transposed convolutions share one slope by accident; here each has its own.
 *
 * @module
 */
import {
  conv2d,
  conv2dParameters,
  conv2dTranspose,
  conv2dTransposeParameters,
} from "../../core/tensor/nn/convolution.ts";
import { type Initialiser, normal } from "../../core/tensor/nn/initialisers.ts";
import { type Parameters, under } from "../../core/tensor/nn/parameters.ts";
import { prelu, preluParameters } from "../../core/tensor/nn/prelu.ts";
import { tf } from "../../core/tensor/tfjs.ts";
import type { Network } from "../../core/tensor/jscc/network.ts";

const KERNEL = 5;
/** Output channels and strides; 0: the latent's T. */
const ENCODER = [[16, 2], [32, 2], [32, 1], [32, 1], [0, 1]] as const;
const DECODER = [[32, 1], [32, 1], [32, 1], [16, 2], [3, 2]] as const;

/** The network; T = 96 CBR channels. */
export function bourtsoulatze2019(latent: number): Network {
  return {
    stride: 4,
    latent,
    options: { latent },
    declarations: declarations(latent),
    tellsPower: false,
    valuesPerPixel: 40,
    encode,
    decode: (parameters, { y }) => decode(parameters, y),
  };
}

function declarations(latent: number): Network["declarations"] {
  const all: Record<string, Network["declarations"][string]> = {};
  let inputs = 3;
  ENCODER.forEach(([width, _stride], index) => {
    const outputs = width || latent, name = `encoder.conv${index + 1}`;
    const convolution = conv2dParameters(inputs, outputs, KERNEL, { initial: he(inputs) });
    Object.assign(
      all,
      under(`${name}.conv`, convolution),
      under(`${name}.prelu`, preluParameters()),
    );
    inputs = outputs;
  });
  DECODER.forEach(([outputs, stride], index) => {
    const name = `decoder.tconv${index + 1}`;
    const convolution = conv2dTransposeParameters(inputs, outputs, KERNEL, {
      initial: he(inputs / stride ** 2),
    });
    Object.assign(all, under(`${name}.transconv`, convolution));
    if (index < DECODER.length - 1) {
      Object.assign(all, under(`${name}.activate`, preluParameters()));
    }
    inputs = outputs;
  });
  return all;
}

/** Normal weights that keep the variance through a PReLU of slope 1/4. */
function he(inputs: number): Initialiser {
  return normal(Math.sqrt(2 / (1.0625 * inputs * KERNEL ** 2)));
}

function encode(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return ENCODER.reduce((h, [, stride], index) => {
    const layer = parameters.at("encoder", `conv${index + 1}`);
    return tf.tidy(() => prelu(layer.at("prelu"), conv2d(layer.at("conv"), h, { stride })));
  }, x);
}

function decode(parameters: Parameters, y: tf.Tensor4D): tf.Tensor4D {
  return DECODER.reduce((h, [, stride], index) => {
    const layer = parameters.at("decoder", `tconv${index + 1}`);
    return tf.tidy(() => {
      const convolved = conv2dTranspose(layer.at("transconv"), h, { stride });
      const isLast = index === DECODER.length - 1;
      return isLast ? tf.sigmoid(convolved) : prelu(layer.at("activate"), convolved);
    });
  }, y);
}
