/**
 * The published decoder, a generator without noise: five transposed convolutions with inverse GDN,
 * PReLU and attention, and a convolution to colours.
 *
 *     y: upconv_block1 N - attention1 - upconv_block2 N - attention2 - upconv_block3 N - attention3
 *        - upconv_block4 5x5 *2 N - attention4 - upconv_block5 9x9 *2 N - attention5
 *        - conv_block_out 7x7 3, sigmoid -> x
 *
 * In a block, layer `0` is the convolution, `1` the inverse GDN, `2` the PReLU (one slope); in the
 * last, `0` is a reflection by 3 pixels and `1` the convolution.
 *
 * Source: as encoder.ts.
 *
 * @module
 */
import {
  conv2d,
  conv2dParameters,
  conv2dTranspose,
  conv2dTransposeParameters,
} from "../../core/tensor/nn/convolution.ts";
import { gdn, gdnParameters } from "../../core/tensor/nn/gdn.ts";
import { torchDefault, uniform } from "../../core/tensor/nn/initialisers.ts";
import { type Declarations, type Parameters, under } from "../../core/tensor/nn/parameters.ts";
import { prelu, preluParameters } from "../../core/tensor/nn/prelu.ts";
import { initialAsTorch } from "../../core/tensor/nn/torch_initial.ts";
import { tf } from "../../core/tensor/tfjs.ts";
import { snrAttention, snrAttentionParameters } from "./snr_attention.ts";

/** Kernel and stride of the blocks. */
const BLOCKS = [[5, 1], [5, 1], [5, 1], [5, 2], [9, 2]] as const;
const OUT_KERNEL = 7;
const OUT_PADDING = 3;

/** Declares a {@linkcode generate}. @param latent C = 96 CBR channels. @param width N. */
export function generatorParameters(latent: number, width: number): Declarations {
  const blocks = BLOCKS.map(([kernel], index) => ({
    ...under(
      `upconv_block${index + 1}`,
      generatorBlockParameters(index === 0 ? latent : width, width, kernel),
    ),
    ...under(`attention${index + 1}`, snrAttentionParameters(width)),
  }));
  return Object.assign({}, ...blocks, under("conv_block_out", coloursParameters(width)));
}

/** Received f32[n, H/4, W/4, C] to picture f32[n, H, W, 3] in (0, 1); `snrDb` f32[n, 1]. */
export function generate(
  parameters: Parameters,
  y: tf.Tensor4D,
  snrDb: tf.Tensor2D,
): tf.Tensor4D {
  return tf.tidy(() => {
    const features = BLOCKS.reduce((h, [, stride], index) =>
      tf.tidy(() => {
        const block = generatorBlock(parameters.at(`upconv_block${index + 1}`), h, stride);
        return snrAttention(parameters.at(`attention${index + 1}`), block, snrDb);
      }), y);
    return colours(parameters.at("conv_block_out"), features);
  });
}

/** Declares a {@linkcode generatorBlock}. */
export function generatorBlockParameters(
  inputs: number,
  outputs: number,
  kernel: number,
): Declarations {
  // PyTorch takes the fan-in of a transposed convolution from its outputs.
  const bound = 1 / Math.sqrt(outputs * kernel ** 2);
  const start = { initial: torchDefault(), initialBias: uniform(bound) };
  return {
    ...under("0", conv2dTransposeParameters(inputs, outputs, kernel, start)),
    ...under("1", gdnParameters(outputs)),
    ...under("2", preluParameters()),
  };
}

/** Transposed convolution, inverse GDN, PReLU. */
export function generatorBlock(
  parameters: Parameters,
  x: tf.Tensor4D,
  stride: number,
): tf.Tensor4D {
  return tf.tidy(() => {
    // Its own scope each: at full size a value of each channel and pixel is 400 MB.
    const normalised = tf.tidy(() =>
      gdn(parameters.at(1), conv2dTranspose(parameters.at(0), x, { stride }), { inverse: true })
    );
    return prelu(parameters.at(2), normalised);
  });
}

/** Declares a {@linkcode colours}. */
export function coloursParameters(inputs: number): Declarations {
  return under("1", initialAsTorch(conv2dParameters(inputs, 3, OUT_KERNEL)));
}

/** Reflects the borders, convolves, sigmoid: f32[n, H, W, N] to f32[n, H, W, 3]. */
export function colours(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const around: [number, number] = [OUT_PADDING, OUT_PADDING];
    const reflected = tf.mirrorPad(x, [[0, 0], around, around, [0, 0]], "reflect");
    return tf.sigmoid(conv2d(parameters.at(1), reflected, { padding: 0 }));
  });
}
