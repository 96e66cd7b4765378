/**
 * Activations that TensorFlow.js does not name.
 *
 * @module
 */
import { tf } from "../tfjs.ts";

/** Gaussian error linear unit in its exact form, x Phi(x). Source: arXiv:1606.08415. */
export function gelu<T extends tf.Tensor>(x: T): T {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)) as T;
}

/** Sigmoid linear unit, x sigmoid(x). */
export function silu<T extends tf.Tensor>(x: T): T {
  return tf.mul(x, tf.sigmoid(x)) as T;
}
