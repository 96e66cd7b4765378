/**
 * The rate-adaptive JSCC decoder: received symbols, zero where none were sent, to the latent.
 *
 *     s^ -- W[r] x + b[r] --(+ rate token)-- MLLA x 3 --> y'
 *
 * Source: arXiv:2409.02597, section III-B.
 * Deviation (compact): every value is first weighed by v / (v + s^2), the linear estimator (Wiener);
 * v by rate and symbol, s^2 the noise's variance.
 *
 * @module
 */
import { constant } from "../tensor/nn/initialisers.ts";
import { type Grid, mllaBlock, mllaBlockParameters } from "../tensor/nn/mlla.ts";
import { type Declarations, inARow, type Parameters, under } from "../tensor/nn/parameters.ts";
import { tf } from "../tensor/tfjs.ts";
import { type Architecture, isCompact, mostSymbols } from "./architecture.ts";
import { BLOCKS } from "./jscc_encoder.ts";
import {
  addRateTokens,
  rateAdaption,
  rateAdaptionParameters,
  rateTokenParameters,
} from "./rate_adaption.ts";

/** Declares a {@linkcode jsccDecoder}. */
export function jsccDecoderParameters(architecture: Architecture): Declarations {
  const { latent: channels, rates: { length: rates } } = architecture;
  const most = mostSymbols(architecture);
  return {
    ...(isCompact(architecture) ? estimatorParameters(rates, most) : {}),
    ...under("rate_adaption", rateAdaptionParameters(rates, most, channels)),
    ...rateTokenParameters(rates, channels),
    ...under(BLOCKS, inARow(architecture.jscc.depth, () => mllaBlockParameters(channels))),
  };
}

/**
 * @param s Received symbols f32[n, h w, symbols].
 * @param variance Variance of the noise on each of them, f32[n, h w, symbols] or what broadcasts to
 * it: compact uses it.
 * @param selection Rates f32[n h w, rates], see `selectRates`.
 * @returns Latent y', f32[n, h, w, c].
 */
export function jsccDecoder(
  parameters: Parameters,
  s: tf.Tensor3D,
  variance: tf.Tensor,
  grid: Grid,
  selection: tf.Tensor2D,
  architecture: Architecture,
): tf.Tensor4D {
  return tf.tidy(() => {
    const estimate = isCompact(architecture) ? estimated(parameters, s, variance, selection) : s;
    let t = rateAdaption(parameters.at("rate_adaption"), estimate, selection);
    t = addRateTokens(parameters, t, selection);
    for (let block = 0; block < architecture.jscc.depth; block++) {
      t = mllaBlock(parameters.at(BLOCKS, block), t, grid, architecture.jscc.heads);
    }
    return tf.reshape(t, [t.shape[0], grid.height, grid.width, t.shape[2]]);
  });
}

function estimatorParameters(rates: number, symbols: number): Declarations {
  const initial = constant(Math.log(0.5));
  return { log_variance: { shape: [rates, symbols], layout: "plain", initial } };
}

function estimated(
  parameters: Parameters,
  s: tf.Tensor3D,
  variance: tf.Tensor,
  selection: tf.Tensor2D,
): tf.Tensor3D {
  return tf.tidy(() => {
    const powers = tf.exp(parameters.get<tf.Tensor2D>("log_variance"));
    const power = tf.reshape(tf.matMul(selection, powers), s.shape);
    return tf.mul(s, tf.div(power, tf.add(power, variance)));
  });
}
