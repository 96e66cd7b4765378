/**
 * The published encoder: five convolutions with GDN, the inner ones with PReLU and attention.
 *
 *     x: conv_block1 9x9 /2 N - attention1 - conv_block2 5x5 /2 N - attention2
 *        - conv_block3 N - attention3 - conv_block4 N - attention4 - conv_block5 C -> z
 *
 * In a block, layer `0` is the convolution, `1` the GDN, `2` the PReLU (one slope).
 *
 * Source: Wang, Wang, Dai, Si, Zhou, Niu, "Perceptual learned source-channel coding for
 * high-fidelity image semantic transmission", GLOBECOM 2022, arXiv:2205.13120, as in
 * semcomm/GC2022_Perceptual_Learned_Source_Channel_Coding @b795b8d, whose names the parameters have.
 *
 * @module
 */
import { conv2d, conv2dParameters } from "../../core/tensor/nn/convolution.ts";
import { gdn, gdnParameters } from "../../core/tensor/nn/gdn.ts";
import { type Declarations, type Parameters, under } from "../../core/tensor/nn/parameters.ts";
import { prelu, preluParameters } from "../../core/tensor/nn/prelu.ts";
import { initialAsTorch } from "../../core/tensor/nn/torch_initial.ts";
import { tf } from "../../core/tensor/tfjs.ts";
import { snrAttention, snrAttentionParameters } from "./snr_attention.ts";

/** Kernel and stride of the blocks. */
const BLOCKS = [[9, 2], [5, 2], [5, 1], [5, 1], [5, 1]] as const;
const LAST = BLOCKS.length;

/** Declares an {@linkcode encode}. @param latent C = 96 CBR channels. @param width N. */
export function encoderParameters(latent: number, width: number): Declarations {
  return Object.assign(
    {},
    ...BLOCKS.map(([kernel], index) => {
      const block = index + 1, inputs = block === 1 ? 3 : width;
      const outputs = block === LAST ? latent : width;
      return {
        ...under(
          `conv_block${block}`,
          encoderBlockParameters(inputs, outputs, kernel, block < LAST),
        ),
        ...(block < LAST ? under(`attention${block}`, snrAttentionParameters(width)) : {}),
      };
    }),
  );
}

/** Picture f32[n, H, W, 3] in [0, 1] to latent f32[n, H/4, W/4, C]; `snrDb` f32[n, 1]. */
export function encode(
  parameters: Parameters,
  x: tf.Tensor4D,
  snrDb: tf.Tensor2D,
): tf.Tensor4D {
  return BLOCKS.reduce((h, [, stride], index) => {
    const block = index + 1;
    return tf.tidy(() => {
      const y = encoderBlock(parameters.at(`conv_block${block}`), h, stride);
      return block < LAST ? snrAttention(parameters.at(`attention${block}`), y, snrDb) : y;
    });
  }, x);
}

/** Declares an {@linkcode encoderBlock}. */
export function encoderBlockParameters(
  inputs: number,
  outputs: number,
  kernel: number,
  rectifies: boolean,
): Declarations {
  return {
    ...under("0", initialAsTorch(conv2dParameters(inputs, outputs, kernel))),
    ...under("1", gdnParameters(outputs)),
    ...(rectifies ? under("2", preluParameters()) : {}),
  };
}

/** Convolution, GDN, and PReLU where there is one. */
export function encoderBlock(
  parameters: Parameters,
  x: tf.Tensor4D,
  stride: number,
): tf.Tensor4D {
  return tf.tidy(() => {
    const normalised = tf.tidy(() =>
      gdn(parameters.at(1), conv2d(parameters.at(0), x, { stride }))
    );
    return parameters.find("2.weight") ? prelu(parameters.at(2), normalised) : normalised;
  });
}
