/**
 * The conditional denoising U-Net: a noisy picture, the step and conditions to the picture (or, where
 * it was trained so, to the noise).
 *
 *     x, c0 -- level 0 --------------------------(not joined)---- norm, 7x7 --> x0
 *              level 1 (c1) ----------------------- + --/
 *                ...                                ...
 *                level n ------------- middle ----- +
 *
 * A level: two residual blocks with the time embedding, linear attention, then half or twice the
 * sides. Deviation of the published code, kept: the skip of level 0 is never joined.
 *
 * Source: Yang, Mandt, arXiv:2209.06950 (CDC); arXiv:2409.02597, section IV.
 *
 * @module
 */
import { conv2d, conv2dParameters } from "../tensor/nn/convolution.ts";
import { channelNorm, channelNormParameters } from "../tensor/nn/layer_norm.ts";
import { linearAttention, linearAttentionParameters } from "../tensor/nn/linear_attention.ts";
import { type Declarations, inARow, type Parameters, under } from "../tensor/nn/parameters.ts";
import { pixelShuffle, pixelUnshuffle } from "../tensor/nn/pixel_shuffle.ts";
import {
  downsample,
  downsampleParameters,
  upsample,
  upsampleParameters,
} from "../tensor/nn/resampling.ts";
import { resnetBlock, resnetBlockParameters } from "../tensor/nn/resnet_block.ts";
import { timeMlp, timeMlpParameters } from "../tensor/nn/time_mlp.ts";
import { initialAsTorch } from "../tensor/nn/torch_initial.ts";
import { tf } from "../tensor/tfjs.ts";
import type { Architecture } from "./architecture.ts";

const COLOURS = 3;
const LARGE_KERNEL = 7;

/** Declares a {@linkcode unet}. */
export function unetParameters({ unet, conditions }: Architecture): Declarations {
  const { stem, widths, time } = unet, levels = widths.length;
  const pixels = COLOURS * stem * stem, deepest = widths[levels - 1] as number;
  const outputsOf = conditions.map(({ outputs }) => outputs).reverse();
  return {
    ...under("time_mlp", timeMlpParameters(time)),
    ...under(
      "downs",
      inARow(levels, (level) => {
        const before = level === 0 ? pixels : widths[level - 1] as number;
        const inputs = before + (outputsOf[level] ?? 0), outputs = widths[level] as number;
        const kernel = level === 0 ? LARGE_KERNEL : 3;
        return {
          ...levelParameters(inputs, outputs, time, kernel),
          ...(level < levels - 1 ? under("3", downsampleParameters(outputs)) : {}),
        };
      }),
    ),
    ...under("mid_block1", resnetBlockParameters({ inputs: deepest, outputs: deepest, time })),
    ...under("mid_attn", linearAttentionParameters(deepest)),
    ...under("mid_block2", resnetBlockParameters({ inputs: deepest, outputs: deepest, time })),
    ...under(
      "ups",
      inARow(levels - 1, (step) => {
        const level = levels - 1 - step, outputs = widths[level - 1] as number;
        return {
          ...levelParameters(2 * (widths[level] as number), outputs, time, 3),
          ...under("3", upsampleParameters(outputs)),
        };
      }),
    ),
    ...under("final_conv.0", channelNormParameters(widths[0] as number)),
    ...under(
      "final_conv.1",
      initialAsTorch(conv2dParameters(widths[0] as number, pixels, LARGE_KERNEL)),
    ),
  };
}

/**
 * @param x Noisy pictures f32[n, h, w, 3].
 * @param t Normalised step f32[n, 1] in [0, 1).
 * @param conditions Maps, the finest first; the first has 1 / stem of the picture's sides.
 * @returns f32[n, h, w, 3], without bounds.
 */
export function unet(
  parameters: Parameters,
  x: tf.Tensor4D,
  t: tf.Tensor2D,
  conditions: readonly tf.Tensor4D[],
  { unet: { stem, widths } }: Architecture,
): tf.Tensor4D {
  return tf.tidy(() => {
    const e = timeMlp(parameters.at("time_mlp"), t);
    const levels = widths.length, skips: tf.Tensor4D[] = [];
    let map = stem === 1 ? x : pixelUnshuffle(x, stem);
    for (let level = 0; level < levels; level++) {
      map = down(parameters.at("downs", level), map, e, conditions[level], skips, level);
    }
    map = middle(parameters, map, e);
    for (let step = 0; step < levels - 1; step++) {
      map = up(parameters.at("ups", step), map, skips.pop() as tf.Tensor4D, e);
    }
    const last = parameters.at("final_conv");
    const y = conv2d(last.at(1), channelNorm(last.at(0), map));
    return stem === 1 ? y : pixelShuffle(y, stem);
  });
}

/** Blocks `0` and `1` and attention `2` of a level. */
function levelParameters(
  inputs: number,
  outputs: number,
  time: number,
  kernel: number,
): Declarations {
  return {
    ...under("0", resnetBlockParameters({ inputs, outputs, time, kernel })),
    ...under("1", resnetBlockParameters({ inputs: outputs, outputs, time })),
    ...under("2", linearAttentionParameters(outputs)),
  };
}

function levelOf(parameters: Parameters, x: tf.Tensor4D, e: tf.Tensor2D): tf.Tensor4D {
  return tf.tidy(() => {
    const first = resnetBlock(parameters.at(0), x, e);
    return linearAttention(parameters.at(2), resnetBlock(parameters.at(1), first, e));
  });
}

/** One level down. Leaves its skip where a level up will take it. */
function down(
  parameters: Parameters,
  x: tf.Tensor4D,
  e: tf.Tensor2D,
  condition: tf.Tensor4D | undefined,
  skips: tf.Tensor4D[],
  level: number,
): tf.Tensor4D {
  const [below, skip] = tf.tidy(() => {
    const y = levelOf(parameters, condition ? tf.concat([x, condition], 3) : x, e);
    const halves = parameters.find("3.conv.weight") !== undefined;
    const below = halves ? downsample(parameters.at(3), y) : y;
    return level === 0 ? [below] : [below, y];
  }) as [tf.Tensor4D, tf.Tensor4D?];
  if (skip) skips.push(skip);
  return below;
}

function middle(parameters: Parameters, x: tf.Tensor4D, e: tf.Tensor2D): tf.Tensor4D {
  return tf.tidy(() => {
    const first = resnetBlock(parameters.at("mid_block1"), x, e);
    return resnetBlock(
      parameters.at("mid_block2"),
      linearAttention(parameters.at("mid_attn"), first),
      e,
    );
  });
}

/** One level up. */
function up(
  parameters: Parameters,
  x: tf.Tensor4D,
  skip: tf.Tensor4D,
  e: tf.Tensor2D,
): tf.Tensor4D {
  return tf.tidy(() => upsample(parameters.at(3), levelOf(parameters, tf.concat([x, skip], 3), e)));
}
