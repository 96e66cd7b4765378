/**
 * Generalised divisive normalisation.
 *
 *   y_j = x_j / sqrt(beta_j + sum_i gamma_ij x_i^2)      inverse: times the root
 *
 * Source: Ballé, Laparra, Simoncelli, arXiv:1511.06281, equation (2) with alpha = 2, epsilon = 1/2.
 *
 * @module
 */
import { hasKernel, runKernel } from "../kernels.ts";
import { setGradient } from "../gradients/set_gradient.ts";
import { tf } from "../tfjs.ts";

/** Registers the gradient of the fused kernel. */
export function installGdnGradient(): void {
  setGradient("Gdn", ["x", "beta", "gamma"], (dy, saved, attributes) => {
    const [x, beta, gamma] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    const results = runKernel("GdnGrad", { x, beta, gamma, dy }, attributes);
    const [dx, dbeta, dgamma] = results as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, beta: () => dbeta, gamma: () => dgamma };
  });
}

/**
 * GDN, or its approximate inverse, over the last axis; one fused kernel where the backend has it.
 *
 * @param x f32[..., c].
 * @param beta f32[c], positive.
 * @param gamma f32[c, c], not negative: gamma[i, j] is what channel i adds to the norm of j. (A
 * 1x1 filter of PyTorch is its transposed.)
 */
export function gdn<T extends tf.Tensor>(
  x: T,
  beta: tf.Tensor,
  gamma: tf.Tensor,
  options: { readonly inverse?: boolean } = {},
): T {
  const inverse = options.inverse ?? false;
  if (hasKernel(tf.getBackend(), "Gdn")) {
    return runKernel("Gdn", { x, beta, gamma }, { inverse }) as T;
  }
  return tf.tidy(() => {
    const rows = tf.reshape(x, [-1, beta.size]);
    const norm = tf.add(tf.matMul(tf.square(rows), gamma as tf.Tensor2D), beta);
    const factor = inverse ? tf.sqrt(norm) : tf.rsqrt(norm);
    return tf.reshape(tf.mul(rows, factor), x.shape) as T;
  });
}
