/**
 * Normalisation over the last axis.
 *
 *   y = (x - mean) / sqrt(variance + epsilon) * scale + offset
 *
 * Source: Ba, Kiros, Hinton, arXiv:1607.06450. On pictures [n, h, w, c] this is the channel norm
 * of Mentzer et al., arXiv:2006.09965, whose published code divides the variance by c - 1:
 * `unbiased`.
 *
 * @module
 */
import { setGradient } from "../gradients/set_gradient.ts";
import { hasKernel, runKernel } from "../kernels.ts";
import { tf } from "../tfjs.ts";

/** Registers the gradient of the fused kernel. */
export function installLayerNormGradient(): void {
  setGradient("LayerNorm", ["x", "scale"], (dy, saved, attributes) => {
    const [x, scale] = saved as [tf.Tensor, tf.Tensor];
    const results = runKernel("LayerNormGrad", { x, scale, dy }, attributes);
    const [dx, dscale, doffset] = results as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, scale: () => dscale, offset: () => doffset };
  });
}

/**
 * Layer norm over the last axis; one fused kernel where the backend has it.
 *
 * @param x f32[..., c].
 * @param scale f32[c].
 * @param offset f32[c].
 * @param options `epsilon` (default 1e-5) joins the variance; `unbiased` divides it by c - 1.
 */
export function layerNorm<T extends tf.Tensor>(
  x: T,
  scale: tf.Tensor,
  offset: tf.Tensor,
  options: { readonly epsilon?: number; readonly unbiased?: boolean } = {},
): T {
  const { epsilon = 1e-5, unbiased = false } = options;
  if (hasKernel(tf.getBackend(), "LayerNorm")) {
    return runKernel("LayerNorm", { x, scale, offset }, { epsilon, unbiased }) as T;
  }
  return tf.tidy(() => {
    const c = scale.size, centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.div(tf.sum(tf.square(centred), -1, true), c - Number(unbiased));
    const normal = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(normal, scale), offset) as T;
  });
}
