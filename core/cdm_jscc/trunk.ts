/**
 * The transforms of preset `compact`: a linear code, and residual convolutions at 1/4, 1/8 and 1/16
 * of the resolution beside it.
 *
 *     x -+-> linear --------------+-> y        y' -+-> linear --------------------+-> picture
 *        +-> unshuffle, residual -+                +-> residual, shuffle -> maps -+
 *
 * Deviation (compact): these stand for the published transform encoder and condition decoder. The
 * linear code and the branches are those of an MSE-trained network, so that training begins where
 * that one ends, and the decoder's picture is where denoising begins.
 *
 * @module
 */
import { conv2d, conv2dParameters } from "../tensor/nn/convolution.ts";
import { kaimingNormal, zeros } from "../tensor/nn/initialisers.ts";
import { type Declarations, inARow, type Parameters, under } from "../tensor/nn/parameters.ts";
import { pixelShuffle, pixelUnshuffle } from "../tensor/nn/pixel_shuffle.ts";
import { tf } from "../tensor/tfjs.ts";
import { PATCH, type TrunkTransforms } from "./architecture.ts";

const BLOCK_VALUES = 3 * PATCH ** 2;
const PIXEL_VALUES = 3 * 4 ** 2;
const SLOPE = 0.1;
/** ln(20 s^2) is near zero at the noise of usual links. */
const LEVEL_SCALE = 20;

/**
 * | name      | layer                               | weight          |
 * | --------- | ----------------------------------- | --------------- |
 * | stem      | pixel unshuffle 4, then conv 3x3    | [a, 48, 3, 3]   |
 * | stage4.i  | residual block                      | [a, a, 3, 3] x2 |
 * | down8     | pixel unshuffle 2, then conv 1x1    | [b, 4a, 1, 1]   |
 * | stage8.i  | residual block                      | [b, b, 3, 3] x2 |
 * | down16    | pixel unshuffle 2, then conv 1x1    | [c, 4b, 1, 1]   |
 * | stage16.i | residual block                      | [c, c, 3, 3] x2 |
 * | latent    | conv 3x3, starts at zero            | [T, c, 3, 3]    |
 * | linear    | unshuffle 16, conv 1x1, added to it | [T, 768, 1, 1]  |
 */
export function trunkEncoderParameters(
  { widths: [a, b, c], encoderBlocks }: TrunkTransforms,
  latent: number,
): Declarations {
  return {
    ...under("stem", conv2dParameters(PIXEL_VALUES, a, 3)),
    ...under("stage4", stageParameters(a, encoderBlocks[0])),
    ...under("down8", conv2dParameters(4 * a, b, 1)),
    ...under("stage8", stageParameters(b, encoderBlocks[1])),
    ...under("down16", conv2dParameters(4 * b, c, 1)),
    ...under("stage16", stageParameters(c, encoderBlocks[2])),
    ...under("latent", conv2dParameters(c, latent, 3, { initial: zeros })),
    ...under("linear", conv2dParameters(BLOCK_VALUES, latent, 1)),
  };
}

/** Pictures f32[n, h, w, 3] in [-1, 1] to y, f32[n, h / 16, w / 16, T]. */
export function trunkEncoder(
  parameters: Parameters,
  x: tf.Tensor4D,
  { encoderBlocks }: TrunkTransforms,
): tf.Tensor4D {
  return tf.tidy(() => {
    const centred: tf.Tensor4D = tf.div(x, 2); // the branches see [0, 1], less 1/2
    let h = conv2d(parameters.at("stem"), pixelUnshuffle(centred, 4));
    h = stage(parameters.at("stage4"), encoderBlocks[0], h);
    h = conv2d(parameters.at("down8"), pixelUnshuffle(h, 2));
    h = stage(parameters.at("stage8"), encoderBlocks[1], h);
    h = conv2d(parameters.at("down16"), pixelUnshuffle(h, 2));
    h = stage(parameters.at("stage16"), encoderBlocks[2], h);
    const linear = conv2d(parameters.at("linear"), pixelUnshuffle(centred, PATCH));
    return tf.add(conv2d(parameters.at("latent"), h), linear);
  });
}

/**
 * | name      | layer                                          | weight          |
 * | --------- | ---------------------------------------------- | --------------- |
 * | latent    | conv 3x3                                       | [c, T, 3, 3]    |
 * | noise     | added to its output: noise_c ln(20 s^2)        | [c]             |
 * | stage16.i | residual block                                 | [c, c, 3, 3] x2 |
 * | up8       | conv 1x1, then pixel shuffle 2                 | [4b, c, 1, 1]   |
 * | stage8.i  | residual block                                 | [b, b, 3, 3] x2 |
 * | up4       | conv 1x1, then pixel shuffle 2                 | [4a, b, 1, 1]   |
 * | stage4.i  | residual block                                 | [a, a, 3, 3] x2 |
 * | picture   | conv 3x3, starts at zero, then pixel shuffle 4 | [48, a, 3, 3]   |
 * | linear    | conv 1x1, then pixel shuffle 16, added         | [768, T, 1, 1]  |
 */
export function trunkDecoderParameters(
  { widths: [a, b, c], decoderBlocks }: TrunkTransforms,
  latent: number,
): Declarations {
  return {
    ...under("latent", conv2dParameters(latent, c, 3)),
    noise: { shape: [c], layout: "plain", initial: zeros },
    ...under("stage16", stageParameters(c, decoderBlocks[2])),
    ...under("up8", conv2dParameters(c, 4 * b, 1)),
    ...under("stage8", stageParameters(b, decoderBlocks[1])),
    ...under("up4", conv2dParameters(b, 4 * a, 1)),
    ...under("stage4", stageParameters(a, decoderBlocks[0])),
    ...under("picture", conv2dParameters(a, PIXEL_VALUES, 3, { initial: zeros })),
    ...under("linear", conv2dParameters(latent, BLOCK_VALUES, 1)),
  };
}

/**
 * @param y f32[n, h, w, T].
 * @param variance s^2, the variance of the noise that was on the received values, f32[n].
 * @returns Picture f32[n, 16 h, 16 w, 3] in about [-1, 1], and maps at 1/4, 1/8 and 1/16 of it.
 */
export function trunkDecoder(
  parameters: Parameters,
  y: tf.Tensor4D,
  variance: tf.Tensor1D,
  { decoderBlocks }: TrunkTransforms,
): { readonly picture: tf.Tensor4D; readonly maps: readonly tf.Tensor4D[] } {
  const level = tf.reshape(tf.log(tf.mul(variance, LEVEL_SCALE)), [-1, 1, 1, 1]);
  const entrance = tf.add(
    conv2d(parameters.at("latent"), y),
    tf.mul(parameters.get("noise"), level),
  ) as tf.Tensor4D;
  const at16 = stage(parameters.at("stage16"), decoderBlocks[2], entrance);
  const up8 = pixelShuffle(conv2d(parameters.at("up8"), at16), 2);
  const at8 = stage(parameters.at("stage8"), decoderBlocks[1], up8);
  const up4 = pixelShuffle(conv2d(parameters.at("up4"), at8), 2);
  const at4 = stage(parameters.at("stage4"), decoderBlocks[0], up4);
  const fine = pixelShuffle(conv2d(parameters.at("picture"), at4), 4);
  const linear = pixelShuffle(conv2d(parameters.at("linear"), y), PATCH);
  const picture: tf.Tensor4D = tf.sub(tf.mul(tf.add(fine, linear), 2), 1);
  return { picture, maps: [at4, at8, at16] };
}

/** Blocks 0, 1, ... of `conv1`, `conv2`; the second starts at zero, so that a block does nothing. */
function stageParameters(channels: number, blocks: number): Declarations {
  const rectified = kaimingNormal(Math.sqrt(2 / (1 + SLOPE ** 2)));
  return inARow(blocks, () => ({
    ...under("conv1", conv2dParameters(channels, channels, 3, { initial: rectified })),
    ...under("conv2", conv2dParameters(channels, channels, 3, { initial: zeros })),
  }));
}

/** x + conv2(lrelu(conv1(x))), so many times. */
function stage(parameters: Parameters, blocks: number, x: tf.Tensor4D): tf.Tensor4D {
  let y = x;
  for (let block = 0; block < blocks; block++) {
    const layers = parameters.at(block), input = y;
    y = tf.tidy(() => {
      const inner = tf.leakyRelu(conv2d(layers.at("conv1"), input), SLOPE);
      return tf.add(input, conv2d(layers.at("conv2"), inner));
    });
  }
  return y;
}
