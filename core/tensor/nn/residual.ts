/**
 * The residual blocks of learned image compression: two 3x3 convolutions beside a shortcut, at equal,
 * half or double resolution.
 *
 * Source: Cheng, Sun, Takeuchi, Katto, arXiv:2001.01568, figure 4; names of the parameters as in
 * InterDigitalInc/CompressAI, `layers/layers.py`.
 *
 * @module
 */
import { tf } from "../tfjs.ts";
import { conv2d, conv2dParameters } from "./convolution.ts";
import { gdn, gdnParameters } from "./gdn.ts";
import { type Declarations, type Parameters, under } from "./parameters.ts";
import { pixelShuffle } from "./pixel_shuffle.ts";
import { leakyRelu } from "./prelu.ts";
import { initialAsTorch } from "./torch_initial.ts";

const SLOPE = 0.01;

/** Declares a {@linkcode residualBlock}: `conv1`, `conv2`, and `skip` where the width changes. */
export function residualBlockParameters(inputs: number, outputs: number): Declarations {
  return {
    ...convolution("conv1", inputs, outputs, 3),
    ...convolution("conv2", outputs, outputs, 3),
    ...(inputs === outputs ? {} : convolution("skip", inputs, outputs, 1)),
  };
}

/** lrelu(conv2(lrelu(conv1(x)))) + skip(x): f32[n, h, w, in] to f32[n, h, w, out]. */
export function residualBlock(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const inner = leaky(conv2d(parameters.at("conv1"), x));
    const outer = leaky(conv2d(parameters.at("conv2"), inner));
    const hasSkip = parameters.find("skip.weight") !== undefined;
    return tf.add(outer, hasSkip ? conv2d(parameters.at("skip"), x) : x);
  });
}

/** Declares a {@linkcode residualBlockWithStride}: `conv1`, `conv2`, `gdn`, `skip`. */
export function residualBlockWithStrideParameters(inputs: number, outputs: number): Declarations {
  return {
    ...convolution("conv1", inputs, outputs, 3),
    ...convolution("conv2", outputs, outputs, 3),
    ...under("gdn", gdnParameters(outputs)),
    ...convolution("skip", inputs, outputs, 1),
  };
}

/** gdn(conv2(lrelu(conv1(x)))) + skip(x), both with stride 2: f32[n, h / 2, w / 2, out]. */
export function residualBlockWithStride(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const inner = leaky(conv2d(parameters.at("conv1"), x, { stride: 2 }));
    const outer = gdn(parameters.at("gdn"), conv2d(parameters.at("conv2"), inner));
    return tf.add(outer, conv2d(parameters.at("skip"), x, { stride: 2 }));
  });
}

/** Declares a {@linkcode residualBlockUpsample}: `subpel_conv.0`, `conv`, `igdn`, `upsample.0`. */
export function residualBlockUpsampleParameters(inputs: number, outputs: number): Declarations {
  return {
    ...convolution("subpel_conv.0", inputs, 4 * outputs, 3),
    ...convolution("conv", outputs, outputs, 3),
    ...under("igdn", gdnParameters(outputs)),
    ...convolution("upsample.0", inputs, 4 * outputs, 3),
  };
}

/** igdn(conv(lrelu(shuffle(subpel_conv(x))))) + shuffle(upsample(x)): f32[n, 2 h, 2 w, out]. */
export function residualBlockUpsample(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const inner = leaky(pixelShuffle(conv2d(parameters.at("subpel_conv", 0), x), 2));
    const outer = gdn(parameters.at("igdn"), conv2d(parameters.at("conv"), inner), {
      inverse: true,
    });
    return tf.add(outer, pixelShuffle(conv2d(parameters.at("upsample", 0), x), 2));
  });
}

function convolution(name: string, inputs: number, outputs: number, kernel: number): Declarations {
  return under(name, initialAsTorch(conv2dParameters(inputs, outputs, kernel)));
}

function leaky(x: tf.Tensor4D): tf.Tensor4D {
  return leakyRelu(x, SLOPE);
}
