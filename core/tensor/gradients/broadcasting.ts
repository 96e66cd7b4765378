/**
 * Gradients that tfjs 4.22 gets wrong when an input is broadcast: Maximum, Minimum,
 * SquaredDifference and BatchMatMul end in a shape error there.
 *
 * @module
 */
import { tf } from "../tfjs.ts";
import { type Gradient, setGradient, sumTo } from "./set_gradient.ts";

/** Replaces the gradients of Maximum, Minimum, SquaredDifference and BatchMatMul. */
export function installBroadcastingGradients(): void {
  setGradient("Maximum", ["a", "b"], selection(tf.greaterEqual, tf.less));
  setGradient("Minimum", ["a", "b"], selection(tf.lessEqual, tf.greater));
  setGradient("SquaredDifference", ["a", "b"], squaredDifference);
  setGradient("BatchMatMul", ["a", "b"], matMul);
}

type Comparison = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** The input that was taken gets the gradient; of equal ones, a. */
function selection(takesA: Comparison, takesB: Comparison): Gradient {
  return (dy, saved) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    const where = (takes: Comparison): tf.Tensor => tf.mul(dy, tf.cast(takes(a, b), "float32"));
    return { a: () => sumTo(where(takesA), a.shape), b: () => sumTo(where(takesB), b.shape) };
  };
}

/** d(a - b)^2 = 2 (a - b) (da - db). */
const squaredDifference: Gradient = (dy, saved) => {
  const [a, b] = saved as [tf.Tensor, tf.Tensor];
  const slope = (): tf.Tensor => tf.mul(dy, tf.mul(2, tf.sub(a, b)));
  return { a: () => sumTo(slope(), a.shape), b: () => sumTo(tf.neg(slope()), b.shape) };
};

/** For C = A B: dA = dC B^T, dB = A^T dC; with a transposed operand, the transposed of these. */
const matMul: Gradient = (dy, saved, attributes) => {
  const [a, b] = saved as [tf.Tensor, tf.Tensor];
  const { transposeA, transposeB } = attributes as Record<string, boolean>;
  return {
    a: () =>
      sumTo(
        transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB),
        a.shape,
      ),
    b: () =>
      sumTo(
        transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false),
        b.shape,
      ),
  };
};
