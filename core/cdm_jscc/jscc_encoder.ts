/**
 * The rate-adaptive JSCC encoder: latent to channel symbols, as many at each position as its rate
 * says.
 *
 *     y --(+ MLP)--(+ rate token)-- MLLA x 3 -- LayerNorm -- W[r] x + b[r] --mask--> s
 *
 * The latent is not rounded: its entropy says what it is worth, its values are sent as they are.
 *
 * Source: arXiv:2409.02597, section III-B.
 * Deviation (compact): y is added once more before the last layer, whose matrices start at identity,
 * and the norm starts at zero: at first s is y.
 *
 * @module
 */
import { layerNorm, layerNormParameters } from "../tensor/nn/layer_norm.ts";
import {
  type Grid,
  mllaBlock,
  mllaBlockParameters,
  mlp,
  mlpParameters,
} from "../tensor/nn/mlla.ts";
import { type Declarations, inARow, type Parameters, under } from "../tensor/nn/parameters.ts";
import { tf } from "../tensor/tfjs.ts";
import { type Architecture, isCompact, mostSymbols } from "./architecture.ts";
import {
  addRateTokens,
  rateAdaption,
  rateAdaptionParameters,
  rateTokenParameters,
} from "./rate_adaption.ts";

/** Where the MLLA blocks of both JSCC networks stand. */
export const BLOCKS = "layers.0.blocks";

/** Declares a {@linkcode jsccEncoder}. */
export function jsccEncoderParameters(architecture: Architecture): Declarations {
  const { latent: channels, rates: { length: rates }, jscc: { depth, refine } } = architecture;
  return {
    ...under("refine", mlpParameters(channels, refine)),
    ...rateTokenParameters(rates, channels),
    ...under(BLOCKS, inARow(depth, () => mllaBlockParameters(channels))),
    ...under("norm", layerNormParameters(channels)),
    ...under("rate_adaption", rateAdaptionParameters(rates, channels, mostSymbols(architecture))),
  };
}

/**
 * Symbols of all positions before the mask.
 *
 * @param y Latent f32[n, h, w, c].
 * @param selection Rates f32[n h w, rates], see `selectRates`.
 * @returns f32[n, h w, symbols].
 */
export function jsccEncoder(
  parameters: Parameters,
  y: tf.Tensor4D,
  selection: tf.Tensor2D,
  architecture: Architecture,
): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, height, width, channels] = y.shape, grid: Grid = { height, width };
    let t: tf.Tensor3D = tf.reshape(y, [batch, height * width, channels]);
    t = tf.add(t, mlp(parameters.at("refine"), t));
    t = addRateTokens(parameters, t, selection);
    for (let block = 0; block < architecture.jscc.depth; block++) {
      t = mllaBlock(parameters.at(BLOCKS, block), t, grid, architecture.jscc.heads);
    }
    t = layerNorm(parameters.at("norm"), t);
    if (isCompact(architecture)) t = tf.add(t, tf.reshape(y, t.shape));
    return rateAdaption(parameters.at("rate_adaption"), t, selection);
  });
}

/** The masks of all positions, f32[positions, symbols], from those of the rates. */
export function masksOf(selection: tf.Tensor2D, rateMasks: Uint8Array): tf.Tensor2D {
  return tf.tidy(() => {
    const [, rates] = selection.shape, masks = Float32Array.from(rateMasks);
    return tf.matMul(selection, tf.tensor2d(masks, [rates, masks.length / rates]));
  });
}
