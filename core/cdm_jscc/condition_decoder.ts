/**
 * The condition decoder: latent to maps that tell each level of the U-Net what the picture is.
 *
 * @module
 */
import { type Declarations, inARow, type Parameters, under } from "../tensor/nn/parameters.ts";
import { upsample, upsampleParameters } from "../tensor/nn/resampling.ts";
import { resnetBlock, resnetBlockParameters } from "../tensor/nn/resnet_block.ts";
import { tf } from "../tensor/tfjs.ts";
import type { Architecture } from "./architecture.ts";

/** Declares a {@linkcode conditionDecoder}. */
export function conditionDecoderParameters({ conditions }: Architecture): Declarations {
  return inARow(conditions.length, (stage) => {
    const { inputs, width, outputs } = conditions[stage] as Architecture["conditions"][number];
    return {
      ...under("0", resnetBlockParameters({ inputs, outputs: width })),
      ...under("1", upsampleParameters(width, outputs)),
    };
  });
}

/**
 * @param y Latent f32[n, h, w, c].
 * @returns Conditions, the finest first: each has twice the sides of the next.
 */
export function conditionDecoder(
  parameters: Parameters,
  y: tf.Tensor4D,
  { conditions }: Architecture,
): tf.Tensor4D[] {
  return tf.tidy(() => {
    const maps: tf.Tensor4D[] = [];
    let map = y;
    for (const stage of conditions.keys()) {
      map = upsample(parameters.at(stage, 1), resnetBlock(parameters.at(stage, 0), map));
      maps.unshift(map);
    }
    return maps;
  });
}
