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
 * Deviation (compact): pixels come as 4x4 blocks, beside those of a first picture, which is added to
 * the output; first and last kernels are 3x3; one more level up joins the skip of level 0.
 *
 * Source: Yang, Mandt, arXiv:2209.06950 (CDC); arXiv:2409.02597, section IV.
 *
 * @module
 */
import { conv2d, conv2dParameters } from "../tensor/nn/convolution.ts";
import { zeros } from "../tensor/nn/initialisers.ts";
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
import { type Architecture, conditionChannels, isCompact } from "./architecture.ts";
import type { Conditions } from "./condition_decoder.ts";

const COLOURS = 3;
const LARGE_KERNEL = 7;

/** Declares a {@linkcode unet}. */
export function unetParameters(architecture: Architecture): Declarations {
  const { stem, widths, time } = architecture.unet, compact = isCompact(architecture);
  const pixels = COLOURS * stem * stem, large = compact ? 3 : LARGE_KERNEL;
  const width = (level: number): number => widths[level] as number;
  const last = widths.length - 1, deepest = width(last), finest = width(0);
  const conditions = conditionChannels(architecture);
  const downs = inARow(widths.length, (level) => {
    const above = level > 0 ? width(level - 1) : compact ? 2 * pixels : pixels;
    const inputs = above + (conditions[level] ?? 0);
    return {
      ...levelParameters(inputs, width(level), time, level === 0 ? large : 3),
      ...(level < last ? under("3", downsampleParameters(width(level))) : {}),
    };
  });
  const ups = inARow(compact ? last + 1 : last, (step) => {
    const level = last - step, outputs = width(Math.max(level - 1, 0));
    return {
      ...levelParameters(2 * width(level), outputs, time, 3),
      ...(level > 0 ? under("3", upsampleParameters(outputs)) : {}),
    };
  });
  const exit = conv2dParameters(finest, pixels, large, { initial: zeros });
  return {
    ...under("time_mlp", timeMlpParameters(time)),
    ...under("downs", downs),
    ...under("mid_block1", resnetBlockParameters({ inputs: deepest, outputs: deepest, time })),
    ...under("mid_attn", linearAttentionParameters(deepest)),
    ...under("mid_block2", resnetBlockParameters({ inputs: deepest, outputs: deepest, time })),
    ...under("ups", ups),
    ...under("final_conv.0", channelNormParameters(finest)),
    ...under("final_conv.1", compact ? exit : initialAsTorch(exit)),
  };
}

/**
 * @param x Noisy pictures f32[n, h, w, 3].
 * @param t Normalised step f32[n, 1] in [0, 1).
 * @param conditions Of these pictures; the finest map has 1 / stem of their sides.
 * @returns f32[n, h, w, 3], without bounds.
 */
export function unet(
  parameters: Parameters,
  x: tf.Tensor4D,
  t: tf.Tensor2D,
  { maps, picture }: Conditions,
  { unet: { stem, widths }, prediction = "x" }: Architecture,
): tf.Tensor4D {
  return tf.tidy(() => {
    const e = timeMlp(parameters.at("time_mlp"), t), skips: tf.Tensor4D[] = [];
    const blocks = (picture ? [x, picture] : [x]).map((p) => unshuffled(p, stem));
    let map = blocks.length === 1 ? blocks[0] as tf.Tensor4D : tf.concat(blocks, 3);
    for (let level = 0; level < widths.length; level++) {
      map = down(parameters.at("downs", level), map, e, maps[level], skips);
    }
    map = middle(parameters, map, e);
    for (let step = 0; parameters.find(`ups.${step}.0.block1.block.0.weight`); step++) {
      map = up(parameters.at("ups", step), map, skips.pop() as tf.Tensor4D, e);
    }
    const last = parameters.at("final_conv");
    const exit = conv2d(last.at(1), channelNorm(last.at(0), map));
    const y = stem === 1 ? exit : pixelShuffle(exit, stem);
    return picture && prediction === "x" ? tf.add(y, picture) : y;
  });
}

function unshuffled(x: tf.Tensor4D, stem: number): tf.Tensor4D {
  return stem === 1 ? x : pixelUnshuffle(x, stem);
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

/** Blocks and attention of a level. What was joined for it is freed after the first block. */
function levelOf(
  parameters: Parameters,
  parts: readonly (tf.Tensor4D | undefined)[],
  e: tf.Tensor2D,
): tf.Tensor4D {
  return tf.tidy(() => {
    const first = tf.tidy(() => {
      const given = parts.filter((part) => part !== undefined);
      const joined = given.length > 1 ? tf.concat(given, 3) : given[0] as tf.Tensor4D;
      return resnetBlock(parameters.at(0), joined, e);
    });
    return linearAttention(parameters.at(2), resnetBlock(parameters.at(1), first, e));
  });
}

/** One level down. Leaves its skip for the level up that joins it. */
function down(
  parameters: Parameters,
  x: tf.Tensor4D,
  e: tf.Tensor2D,
  condition: tf.Tensor4D | undefined,
  skips: tf.Tensor4D[],
): tf.Tensor4D {
  const [below, skip] = tf.tidy(() => {
    const y = levelOf(parameters, [x, condition], e);
    const halves = parameters.find("3.conv.weight") !== undefined;
    return [halves ? downsample(parameters.at(3), y) : y, y];
  }) as [tf.Tensor4D, tf.Tensor4D];
  skips.push(skip);
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
  return tf.tidy(() => {
    const y = levelOf(parameters, [x, skip], e);
    const doubles = parameters.find("3.conv.weight") !== undefined;
    return doubles ? upsample(parameters.at(3), y) : y;
  });
}
