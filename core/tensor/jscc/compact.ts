/**
 * The compact network between pictures and symbols, whose weights come with the project.
 *
 *     x -+-> linear --------------+-> z -> a z + n -> / a, Wiener -+-> linear -------------+-> x
 *        +-> unshuffle, residual -+                                +-> residual, shuffle -+
 *
 * Residual 3x3 convolutions at 1/4, 1/8 and 1/16 of the resolution, without a final sigmoid. A linear
 * code (KLT of 16x16 blocks) runs beside the residual branches, which start at zero, so that training
 * starts at that code's quality. The power factor `a` travels as one byte of side information: the
 * channel uses that the byte costs are taken from the end of the latent, where the decoder then sees
 * zeros. The decoder knows the noise variance and weighs each value of the latent by it.
 *
 * The same network in PyTorch: train/torch/deepjscc.py.
 *
 * @module
 */
import { conv2d, conv2dParameters } from "../nn/convolution.ts";
import { constant, type Initialiser, kaimingNormal, zeros } from "../nn/initialisers.ts";
import { type Declarations, inARow, type Parameters, under } from "../nn/parameters.ts";
import { pixelShuffle, pixelUnshuffle } from "../nn/pixel_shuffle.ts";
import { leakyRelu } from "../nn/prelu.ts";
import { tf } from "../tfjs.ts";
import type { Network, ReceivedLatent } from "./network.ts";

/** Side of the blocks of the linear code, and stride of the network. */
export const BLOCK_SIDE = 16;
/** Values of a block, in the order channel, row, column. */
export const BLOCK_VALUES = 3 * BLOCK_SIDE ** 2;
const SLOPE = 0.1;

/** Channels at 1/4, 1/8 and 1/16 of the resolution, and residual blocks there. */
export interface CompactOptions {
  readonly latent: number;
  readonly widths?: readonly [number, number, number];
  readonly encoderBlocks?: readonly [number, number, number];
  readonly decoderBlocks?: readonly [number, number, number];
}

type Shape = Required<CompactOptions>;

/** What stands behind each stage, as `attention4`, `attention8`, `attention16` of either side. */
export interface StageModule {
  declare(channels: number): Declarations;
  apply(parameters: Parameters, x: tf.Tensor4D, snrDb: tf.Tensor2D): tf.Tensor4D;
}

/**
 * The network; T = 1536 CBR channels: 32 at 1/48, 96 at 1/16.
 *
 * @param module Behind each stage; absent: nothing.
 */
export function compact(options: CompactOptions, module?: StageModule): Network {
  const shape: Shape = {
    widths: [48, 96, 112],
    encoderBlocks: [1, 1, 2],
    decoderBlocks: [2, 3, 2],
    ...options,
  };
  return {
    stride: BLOCK_SIDE,
    latent: shape.latent,
    options: { ...shape },
    declarations: {
      ...under("encoder", { ...encoderParameters(shape), ...modules(shape, module) }),
      ...under("decoder", { ...decoderParameters(shape), ...modules(shape, module) }),
    },
    tellsPower: true,
    valuesPerPixel: 64,
    encode: (parameters, x, snrDb) => {
      const own = parameters.at("encoder");
      return encode(shape, own, x, behind(own, snrDb, module));
    },
    decode: (parameters, received) => {
      const own = parameters.at("decoder");
      return decode(shape, own, received, behind(own, received.snrDb, module));
    },
  };
}

function modules({ widths }: Shape, module: StageModule | undefined): Declarations {
  if (!module) return {};
  const [a, b, c] = widths;
  return {
    ...under("attention4", module.declare(a)),
    ...under("attention8", module.declare(b)),
    ...under("attention16", module.declare(c)),
  };
}

/** A stage's output through the module behind it. */
type Behind = (stage: 4 | 8 | 16, h: tf.Tensor4D) => tf.Tensor4D;

function behind(
  parameters: Parameters,
  snrDb: tf.Tensor2D,
  module: StageModule | undefined,
): Behind {
  if (!module) return (_, h) => h;
  return (stage, h) => module.apply(parameters.at(`attention${stage}`), h, snrDb);
}

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
 *
 * Both branches see x - 1/2.
 */
function encoderParameters({ latent, widths, encoderBlocks }: Shape): Declarations {
  const [a, b, c] = widths, [blocks4, blocks8, blocks16] = encoderBlocks;
  return {
    ...under("stem", conv2dParameters(48, a, 3)),
    ...under("stage4", stageParameters(a, blocks4)),
    ...under("down8", conv2dParameters(4 * a, b, 1)),
    ...under("stage8", stageParameters(b, blocks8)),
    ...under("down16", conv2dParameters(4 * b, c, 1)),
    ...under("stage16", stageParameters(c, blocks16)),
    ...under("latent", conv2dParameters(c, latent, 3, { initial: zeros })),
    ...under("linear", conv2dParameters(BLOCK_VALUES, latent, 1)),
  };
}

function encode(
  { encoderBlocks }: Shape,
  parameters: Parameters,
  x: tf.Tensor4D,
  behind: Behind,
): tf.Tensor4D {
  const [blocks4, blocks8, blocks16] = encoderBlocks;
  return tf.tidy(() => {
    const centred = tf.sub(x, 0.5) as tf.Tensor4D;
    let h = conv2d(parameters.at("stem"), pixelUnshuffle(centred, 4));
    h = behind(4, stage(parameters.at("stage4"), blocks4, h));
    h = conv2d(parameters.at("down8"), pixelUnshuffle(h, 2));
    h = behind(8, stage(parameters.at("stage8"), blocks8, h));
    h = conv2d(parameters.at("down16"), pixelUnshuffle(h, 2));
    h = behind(16, stage(parameters.at("stage16"), blocks16, h));
    const linear = conv2d(parameters.at("linear"), pixelUnshuffle(centred, BLOCK_SIDE));
    return tf.add(conv2d(parameters.at("latent"), h), linear);
  });
}

/**
 * | name         | layer                                             | weight          |
 * | ------------ | ------------------------------------------------- | --------------- |
 * | log_variance | ln of each latent channel's power v_c, see below  | [T]             |
 * | latent       | conv 3x3                                          | [c, T, 3, 3]    |
 * | noise        | added to its output: noise_c ln(20 s^2)           | [c]             |
 * | stage16.i    | residual block                                    | [c, c, 3, 3] x2 |
 * | up8          | conv 1x1, then pixel shuffle 2                    | [4b, c, 1, 1]   |
 * | stage8.i     | residual block                                    | [b, b, 3, 3] x2 |
 * | up4          | conv 1x1, then pixel shuffle 2                    | [4a, b, 1, 1]   |
 * | stage4.i     | residual block                                    | [a, a, 3, 3] x2 |
 * | picture      | conv 3x3, starts at zero, then pixel shuffle 4    | [48, a, 3, 3]   |
 * | linear       | conv 1x1, then pixel shuffle 16, added            | [768, T, 1, 1]  |
 */
function decoderParameters({ latent, widths, decoderBlocks }: Shape): Declarations {
  const [a, b, c] = widths, [blocks4, blocks8, blocks16] = decoderBlocks;
  return {
    log_variance: { shape: [latent], layout: "plain", initial: constant(Math.log(0.5)) },
    ...under("latent", conv2dParameters(latent, c, 3)),
    noise: { shape: [c], layout: "plain", initial: zeros },
    ...under("stage16", stageParameters(c, blocks16)),
    ...under("up8", conv2dParameters(c, 4 * b, 1)),
    ...under("stage8", stageParameters(b, blocks8)),
    ...under("up4", conv2dParameters(b, 4 * a, 1)),
    ...under("stage4", stageParameters(a, blocks4)),
    ...under("picture", conv2dParameters(a, 48, 3, { initial: zeros })),
    ...under("linear", conv2dParameters(latent, BLOCK_VALUES, 1)),
  };
}

/**
 * y = z + noise of variance s^2. Each value is first multiplied by v_c / (v_c + s^2), the weight of
 * the linear estimator (Wiener).
 */
function decode(
  { decoderBlocks }: Shape,
  parameters: Parameters,
  { y, variance }: ReceivedLatent,
  behind: Behind,
): tf.Tensor4D {
  const [blocks4, blocks8, blocks16] = decoderBlocks;
  return tf.tidy(() => {
    const power = tf.exp(parameters.get<tf.Tensor1D>("log_variance"));
    const weighed = tf.mul(y, tf.div(power, tf.add(power, variance))) as tf.Tensor4D;
    const level = tf.mean(tf.log(tf.mul(variance, 20)), [1, 2, 3], true);
    let h = conv2d(parameters.at("latent"), weighed);
    h = tf.add(h, tf.mul(parameters.get("noise"), level));
    h = behind(16, stage(parameters.at("stage16"), blocks16, h));
    h = pixelShuffle(conv2d(parameters.at("up8"), h), 2);
    h = behind(8, stage(parameters.at("stage8"), blocks8, h));
    h = pixelShuffle(conv2d(parameters.at("up4"), h), 2);
    h = behind(4, stage(parameters.at("stage4"), blocks4, h));
    h = pixelShuffle(conv2d(parameters.at("picture"), h), 4);
    return tf.add(h, pixelShuffle(conv2d(parameters.at("linear"), weighed), BLOCK_SIDE));
  });
}

/** Blocks 0, 1, ... of `conv1`, `conv2`; the second starts at zero, so that a block does nothing. */
function stageParameters(channels: number, blocks: number): Declarations {
  const rectified: Initialiser = kaimingNormal(Math.sqrt(2 / (1 + SLOPE ** 2)));
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
      const inner = leakyRelu(conv2d(layers.at("conv1"), input), SLOPE);
      return tf.add(input, conv2d(layers.at("conv2"), inner));
    });
  }
  return y;
}
