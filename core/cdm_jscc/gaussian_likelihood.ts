/**
 * Probability of a quantised value under a Gaussian.
 *
 *   P(v) = Phi((1/2 - d) / s) - Phi((-1/2 - d) / s),   d = |v - mean|
 *
 * Taken on the lower tail, where the difference of two small numbers keeps its digits.
 *
 * Source: arXiv:2409.02597, equation (1); Ballé et al., arXiv:1802.01436.
 *
 * @module
 */
import { lowerBound } from "../tensor/nn/stop_gradient.ts";
import { tf } from "../tensor/tfjs.ts";

/** No probability is below this, so that no value costs more than 29.9 bits. */
export const LEAST_PROBABILITY = 1e-9;

/** Likelihood of values v with these means and scales; all of one shape. */
export function gaussianLikelihood<T extends tf.Tensor>(v: T, mean: T, scale: T): T {
  return tf.tidy(() => {
    const distance = tf.abs(tf.sub(v, mean));
    const upper = normalCdf(tf.div(tf.sub(0.5, distance), scale));
    const lower = normalCdf(tf.div(tf.sub(-0.5, distance), scale));
    return lowerBound(tf.sub(upper, lower), LEAST_PROBABILITY) as T;
  });
}

/** Self-information -log2 p, at least 0. */
export function bitsOf<T extends tf.Tensor>(likelihood: T): T {
  return tf.tidy(() => tf.relu(tf.div(tf.log(likelihood), -Math.LN2)) as T);
}

/** The distribution function of the standard normal, to 2^-23 relative in the lower tail too. */
export function normalCdf(t: tf.Tensor): tf.Tensor {
  return tf.customGrad((input, save) => {
    const x = input as tf.Tensor;
    (save as tf.GradSaveFunc)([x]);
    const tail = tf.mul(erfc(tf.mul(tf.abs(x), Math.SQRT1_2)), 0.5);
    return {
      value: tf.where(tf.less(x, 0), tail, tf.sub(1, tail)),
      gradFunc: (dy, saved) => {
        const [at] = saved as tf.Tensor[];
        const density = tf.exp(tf.mul(tf.square(at as tf.Tensor), -0.5));
        return tf.mul(dy as tf.Tensor, tf.div(density, Math.sqrt(2 * Math.PI)));
      },
    };
  })(t);
}

/** Coefficients of the Chebyshev fit of Press et al., Numerical Recipes in C, section 6.2 (erfcc). */
const FIT = [
  ...[-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806],
  ...[0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277],
];

/** erfc(x) for x >= 0: u exp(-x^2 + fit(u)), u = 1 / (1 + x / 2); relative error below 1.2e-7. */
function erfc(x: tf.Tensor): tf.Tensor {
  const u = tf.reciprocal(tf.add(tf.mul(x, 0.5), 1));
  const fit = FIT.reduceRight<tf.Tensor>(
    (sum, coefficient) => tf.add(tf.mul(sum, u), coefficient),
    tf.zerosLike(u),
  );
  return tf.mul(u, tf.exp(tf.sub(fit, tf.square(x))));
}
