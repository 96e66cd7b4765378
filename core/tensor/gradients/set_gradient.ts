/**
 * Replaces a gradient of tfjs. Gradients are global: one must serve every backend.
 *
 * @module
 */
import type { Attributes } from "../kernels.ts";
import { tf } from "../tfjs.ts";

/** dL/d(inputs) from dL/d(output), the saved inputs and the attributes. */
export type Gradient = (
  dy: tf.Tensor,
  saved: readonly tf.Tensor[],
  attributes: Attributes,
) => Record<string, () => tf.Tensor>;

/** Makes `gradient` the one of a kernel, whether there was one or not. */
export function setGradient(kernelName: string, save: readonly string[], gradient: Gradient): void {
  const config: tf.GradConfig = {
    kernelName,
    inputsToSave: [...save],
    gradFunc: (dy, saved, attrs) => gradient(dy as tf.Tensor, saved, attrs as Attributes),
  };
  // tf.registerGradient warns about a second one for the same kernel.
  if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  tf.registerGradient(config);
}

/** Sums a gradient over the axes along which an input of this shape was broadcast. */
export function sumTo(gradient: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes([...shape], gradient.shape);
  const summed = axes.length > 0 ? tf.sum(gradient, axes) : gradient;
  return tf.reshape(summed, [...shape]);
}
