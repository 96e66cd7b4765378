/**
 * The factorised prior: a learned distribution function for each channel of z.
 *
 *   u <- u softplus(A_i) + b_i;  u <- u + tanh(a_i) tanh(u)  (not after the last)     1-3-3-3-1 wide
 *   P(z) = |sigmoid(g U) - sigmoid(g L)|,  U, L = logits(z +- 1/2),  g = -sign(U + L)
 *
 * Source: Ballé et al., arXiv:1802.01436, appendix 6.1, in the form of Yang, Mandt (CDC).
 * Unlike in CompressAI there are four layers and one median in place of three quantiles.
 *
 * @module
 */
import { constant, uniform, zeros } from "../tensor/nn/initialisers.ts";
import type { Declaration, Declarations, Parameters } from "../tensor/nn/parameters.ts";
import { lowerBound, roundStraightThrough, stopGradient } from "../tensor/nn/stop_gradient.ts";
import { tf } from "../tensor/tfjs.ts";
import { LEAST_PROBABILITY } from "./gaussian_likelihood.ts";

const WIDTHS = [1, 3, 3, 3, 1] as const;
const LAYERS = WIDTHS.length - 1;
const INITIAL_SPREAD = 10;

/** Declares a factorised prior: `_medians`, `affine.i.weight`, `affine.i.bias`, `a.i`. */
export function factorisedPriorParameters(channels: number): Declarations {
  const declared: Record<string, Declaration> = {
    _medians: { shape: [1, channels, 1, 1], layout: "plain", initial: zeros },
  };
  for (let layer = 0; layer < LAYERS; layer++) {
    const inputs = WIDTHS[layer] as number, outputs = WIDTHS[layer + 1] as number;
    // Before training a channel is spread over about +-10.
    const matrix = Math.log(Math.expm1(1 / (INITIAL_SPREAD ** (1 / LAYERS) * outputs)));
    declared[`affine.${layer}.weight`] = {
      shape: [channels, 1, 1, inputs, outputs],
      layout: "plain",
      initial: constant(matrix),
    };
    const bias = { shape: [channels, 1, 1, 1, outputs], layout: "plain" } as const;
    declared[`affine.${layer}.bias`] = { ...bias, initial: uniform(0.5) };
    if (layer < LAYERS - 1) declared[`a.${layer}`] = { ...bias, initial: zeros };
  }
  return declared;
}

/** Logits of the distribution function at z, f32[n, h, w, c]. */
export function priorLogits(parameters: Parameters, z: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, channels] = z.shape;
    const perChannel = tf.transpose(tf.reshape(z, [-1, channels])); // [c, values]
    const logits = logitsOf(parameters, tf.reshape(perChannel, [channels, -1, 1]));
    const rows = tf.transpose(tf.reshape(logits, [channels, -1]));
    return tf.reshape(rows, [batch, height, width, channels]);
  });
}

/** Likelihood of the unit intervals around z, f32[n, h, w, c]. */
export function priorLikelihood(parameters: Parameters, z: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const upper = priorLogits(parameters, tf.add(z, 0.5));
    const lower = priorLogits(parameters, tf.sub(z, 0.5));
    const side = stopGradient(tf.neg(tf.sign(tf.add(upper, lower))));
    const mass = tf.sub(tf.sigmoid(tf.mul(side, upper)), tf.sigmoid(tf.mul(side, lower)));
    return lowerBound(tf.abs(mass), LEAST_PROBABILITY) as tf.Tensor4D;
  });
}

/** z rounded to a whole distance from its median; straight-through gradient, none to the medians. */
export function roundToMedians(parameters: Parameters, z: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const medians = stopGradient(mediansOf(parameters));
    return tf.add(roundStraightThrough(tf.sub(z, medians)), medians);
  });
}

/** Sum over channels of |logit(median)|: trains the medians alone. */
export function mediansLoss(parameters: Parameters): tf.Scalar {
  return tf.tidy(() => {
    const medians = mediansOf(parameters);
    const logits = logitsOf(parameters, tf.reshape(medians, [medians.size, 1, 1]), stopGradient);
    return tf.sum(tf.abs(logits)) as tf.Scalar;
  });
}

function mediansOf(parameters: Parameters): tf.Tensor1D {
  const medians = parameters.get("_medians");
  return tf.reshape(medians, [medians.size]);
}

/** f32[c, values, 1] to the same shape; the layers' parameters pass through `as` first. */
function logitsOf(
  parameters: Parameters,
  values: tf.Tensor3D,
  as: (parameter: tf.Tensor) => tf.Tensor = (parameter) => parameter,
): tf.Tensor3D {
  const channels = values.shape[0];
  let u = values;
  for (let layer = 0; layer < LAYERS; layer++) {
    const outputs = WIDTHS[layer + 1] as number;
    const { weight, bias } = {
      weight: as(parameters.get(`affine.${layer}.weight`)),
      bias: as(parameters.get(`affine.${layer}.bias`)),
    };
    const matrix = tf.softplus(tf.reshape(weight, [channels, -1, outputs]));
    u = tf.add(tf.matMul(u, matrix), tf.reshape(bias, [channels, 1, outputs]));
    if (layer < LAYERS - 1) {
      const a = tf.tanh(tf.reshape(as(parameters.get(`a.${layer}`)), [channels, 1, outputs]));
      u = tf.add(u, tf.mul(a, tf.tanh(u)));
    }
  }
  return u;
}
