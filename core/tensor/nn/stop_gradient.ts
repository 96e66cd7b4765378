/**
 * Places where the gradient is not the derivative: stopped, passed straight through, or passed only
 * where it leads back into bounds.
 *
 * @module
 */
import { tf } from "../tfjs.ts";

/** A function of x as a constant: its gradient is zero. */
export function constantOf<T extends tf.Tensor>(x: tf.Tensor, f: (x: tf.Tensor) => T): T {
  return tf.customGrad((input) => ({
    value: f(input as tf.Tensor),
    gradFunc: () => tf.zerosLike(x),
  }))(x) as T;
}

/** x, but a constant. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return constantOf(x, (input) => input.clone() as T);
}

/** Rounds to the nearest integer, halves to even; the gradient passes as if it had not. */
export function roundStraightThrough<T extends tf.Tensor>(x: T): T {
  return tf.customGrad((input) => ({
    value: tf.round(input as tf.Tensor),
    gradFunc: (dy) => dy,
  }))(x) as T;
}

/**
 * max(x, bound), whose gradient also passes below the bound where it leads upwards: what fell under
 * the bound can come back.
 *
 * Source: the lower bound of the entropy models of Ballé et al., arXiv:1802.01436.
 */
export function lowerBound<T extends tf.Tensor>(x: T, bound: number): T {
  return tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([input as tf.Tensor]);
    return {
      value: tf.maximum(input as tf.Tensor, bound),
      gradFunc: (dy, saved) => {
        const inside = tf.logicalOr(
          tf.greaterEqual((saved as tf.Tensor[])[0] as tf.Tensor, bound),
          tf.less(dy as tf.Tensor, 0),
        );
        return tf.mul(dy as tf.Tensor, tf.cast(inside, "float32"));
      },
    };
  })(x) as T;
}
