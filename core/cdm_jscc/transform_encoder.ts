/**
 * The nonlinear transform encoder: picture to latent, four stages of residual block and halving.
 *
 * @module
 */
import { downsample, downsampleParameters } from "../tensor/nn/resampling.ts";
import { type Declarations, inARow, type Parameters, under } from "../tensor/nn/parameters.ts";
import { resnetBlock, resnetBlockParameters } from "../tensor/nn/resnet_block.ts";
import { tf } from "../tensor/tfjs.ts";
import type { Architecture } from "./architecture.ts";
import { trunkEncoder, trunkEncoderParameters } from "./trunk.ts";

const COLOURS = 3;
const FIRST_KERNEL = 7;

/** Declares a {@linkcode transformEncoder}. */
export function transformEncoderParameters({ transforms, latent }: Architecture): Declarations {
  if (transforms.kind === "trunk") return trunkEncoderParameters(transforms, latent);
  const { encoder } = transforms;
  return inARow(encoder.length, (stage) => {
    const inputs = stage === 0 ? COLOURS : encoder[stage - 1] as number;
    const outputs = encoder[stage] as number;
    const kernel = stage === 0 ? FIRST_KERNEL : 3;
    return {
      ...under("0", resnetBlockParameters({ inputs, outputs, kernel })),
      ...under("1", downsampleParameters(outputs)),
    };
  });
}

/**
 * @param x Pictures f32[n, h, w, 3] in [-1, 1].
 * @returns Latent y, f32[n, h / 16, w / 16, c].
 */
export function transformEncoder(
  parameters: Parameters,
  x: tf.Tensor4D,
  { transforms }: Architecture,
): tf.Tensor4D {
  if (transforms.kind === "trunk") return trunkEncoder(parameters, x, transforms);
  return tf.tidy(() => {
    let y = x;
    for (const stage of transforms.encoder.keys()) {
      y = downsample(parameters.at(stage, 1), resnetBlock(parameters.at(stage, 0), y));
    }
    return y;
  });
}
