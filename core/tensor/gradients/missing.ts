/**
 * Gradients that tfjs 4.22 lacks (DepthToSpace, comparisons) or gets wrong (Cumsum on any axis but
 * the last).
 *
 * @module
 */
import { tf } from "../tfjs.ts";
import { setGradient } from "./set_gradient.ts";

const COMPARISONS = ["Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual"] as const;

/** Registers the gradients of DepthToSpace, Cumsum and of comparisons. */
export function installMissingGradients(): void {
  setGradient("Cumsum", [], (dy, _saved, attributes) => {
    const { axis, exclusive, reverse } = attributes as {
      readonly axis: number;
      readonly exclusive: boolean;
      readonly reverse: boolean;
    };
    return { x: () => tf.cumsum(dy, axis, exclusive, !reverse) };
  });
  setGradient("DepthToSpace", [], (dy, _saved, { blockSize }) => ({
    x: () => spaceToDepth(dy as tf.Tensor4D, blockSize as number),
  }));
  // A comparison is constant almost everywhere: with this, a mask may depend on the input.
  for (const name of COMPARISONS) {
    setGradient(name, ["a", "b"], (_dy, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      return { a: () => tf.zerosLike(a), b: () => tf.zerosLike(b) };
    });
  }
}

/** [n, block h, block w, c] -> [n, h, w, block block c], the inverse of depthToSpace. */
function spaceToDepth(y: tf.Tensor4D, block: number): tf.Tensor {
  const [batch, height, width, channels] = y.shape, h = height / block, w = width / block;
  const split = tf.reshape(y, [batch, h, block, w, block, channels]);
  return tf.reshape(tf.transpose(split, [0, 1, 3, 2, 4, 5]), [
    batch,
    h,
    w,
    block * block * channels,
  ]);
}
