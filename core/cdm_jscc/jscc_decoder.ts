/**
 * The rate-adaptive JSCC decoder: received symbols, zero where none were sent, to the latent.
 *
 *     s^ -- W[r] x + b[r] --(+ rate token)-- MLLA x 3 --> y'
 *
 * Source: arXiv:2409.02597, section III-B.
 *
 * @module
 */
import { type Grid, mllaBlock, mllaBlockParameters } from "../tensor/nn/mlla.ts";
import { type Declarations, inARow, type Parameters, under } from "../tensor/nn/parameters.ts";
import { tf } from "../tensor/tfjs.ts";
import { type Architecture, latentChannels, mostSymbols } from "./architecture.ts";
import { BLOCKS } from "./jscc_encoder.ts";
import {
  addRateTokens,
  rateAdaption,
  rateAdaptionParameters,
  rateTokenParameters,
} from "./rate_adaption.ts";

/** Declares a {@linkcode jsccDecoder}. */
export function jsccDecoderParameters(architecture: Architecture): Declarations {
  const channels = latentChannels(architecture), rates = architecture.rates.length;
  return {
    ...under("rate_adaption", rateAdaptionParameters(rates, mostSymbols(architecture), channels)),
    ...rateTokenParameters(rates, channels),
    ...under(BLOCKS, inARow(architecture.jscc.depth, () => mllaBlockParameters(channels))),
  };
}

/**
 * @param s Received symbols f32[n, h w, symbols].
 * @param selection Rates f32[n h w, rates], see `selectRates`.
 * @returns Latent y', f32[n, h, w, c].
 */
export function jsccDecoder(
  parameters: Parameters,
  s: tf.Tensor3D,
  grid: Grid,
  selection: tf.Tensor2D,
  architecture: Architecture,
): tf.Tensor4D {
  return tf.tidy(() => {
    let t = rateAdaption(parameters.at("rate_adaption"), s, selection);
    t = addRateTokens(parameters, t, selection);
    for (let block = 0; block < architecture.jscc.depth; block++) {
      t = mllaBlock(parameters.at(BLOCKS, block), t, grid, architecture.jscc.heads);
    }
    return tf.reshape(t, [t.shape[0], grid.height, grid.width, t.shape[2]]);
  });
}
