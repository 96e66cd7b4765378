/**
 * The condition decoder: latent to maps that tell each level of the U-Net what the picture is.
 *
 * @module
 */
import { type Declarations, inARow, type Parameters, under } from "../tensor/nn/parameters.ts";
import { upsample, upsampleParameters } from "../tensor/nn/resampling.ts";
import { resnetBlock, resnetBlockParameters } from "../tensor/nn/resnet_block.ts";
import type { tf } from "../tensor/tfjs.ts";
import type { Architecture, ConditionStage } from "./architecture.ts";
import { trunkDecoder, trunkDecoderParameters } from "./trunk.ts";

/** Declares a {@linkcode conditionDecoder}. */
export function conditionDecoderParameters({ transforms, latent }: Architecture): Declarations {
  if (transforms.kind === "trunk") return trunkDecoderParameters(transforms, latent);
  const { conditions } = transforms;
  return inARow(conditions.length, (stage) => {
    const { inputs, width, outputs } = conditions[stage] as ConditionStage;
    return {
      ...under("0", resnetBlockParameters({ inputs, outputs: width })),
      ...under("1", upsampleParameters(width, outputs)),
    };
  });
}

/** What the U-Net knows of the picture. */
export interface Conditions {
  /** The finest first: each has twice the sides of the next. */
  readonly maps: readonly tf.Tensor4D[];
  /** Deviation (compact): a first picture f32[n, h, w, 3], which denoising begins with; else null. */
  readonly picture: tf.Tensor4D | null;
}

/**
 * @param y Latent f32[n, h, w, c].
 * @param variance Variance of the noise that was on the received values, f32[n]: compact uses it.
 */
export function conditionDecoder(
  parameters: Parameters,
  y: tf.Tensor4D,
  variance: tf.Tensor1D,
  { transforms }: Architecture,
): Conditions {
  if (transforms.kind === "trunk") return trunkDecoder(parameters, y, variance, transforms);
  const maps: tf.Tensor4D[] = [];
  let map = y;
  for (const stage of transforms.conditions.keys()) {
    map = upsample(parameters.at(stage, 1), resnetBlock(parameters.at(stage, 0), map));
    maps.unshift(map);
  }
  return { maps, picture: null };
}
