/**
 * The gradient through the choice of sent symbols as the published training had it.
 *
 * The published code selects from a transposed tensor. Forward, PyTorch reads it channel by channel;
 * backward, PyTorch 1.13 writes the gradients in the order of the memory, position by position, so
 * that almost every symbol learns from the gradient of another. Found by comparison with gradients
 * that the published code gave. Training here takes the right gradient; this is for comparing.
 *
 * @module
 */
import { tf } from "../tensor/tfjs.ts";

/** Sent symbols as they are, f32[n, positions, symbols]; their gradients as described. */
export function withPublishedGradient(sent: tf.Tensor3D, mask: tf.Tensor3D): tf.Tensor3D {
  const [batch, positions, symbols] = mask.shape, isSent = mask.dataSync();
  const from = Array.from({ length: batch }, (_, picture) => {
    const order: number[] = [];
    for (let symbol = 0; symbol < symbols; symbol++) {
      for (let position = 0; position < positions; position++) {
        const at = (picture * positions + position) * symbols + symbol;
        if (isSent[at]) order.push(at);
      }
    }
    return order;
  }).flat();
  return tf.customGrad((x) => ({
    value: (x as tf.Tensor).clone(),
    gradFunc: (dy) => {
      const gradient = (dy as tf.Tensor).dataSync(), moved = new Float32Array(gradient.length);
      let next = 0;
      for (const at of moved.keys()) {
        if (isSent[at]) moved[at] = gradient[from[next++] as number] as number;
      }
      return tf.tensor3d(moved, mask.shape);
    },
  }))(sent) as tf.Tensor3D;
}
