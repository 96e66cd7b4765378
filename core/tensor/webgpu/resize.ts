/**
 * ResizeBilinearGrad as two matrix products. The shader of tfjs is wrong with `halfPixelCenters`.
 *
 * @module
 */
import { sources } from "../bilinear.ts";
import { type Attributes, input, setKernel } from "../kernels.ts";
import { tf } from "../tfjs.ts";

/** Registers ResizeBilinearGrad on the webgpu backend. */
export function installResize(): void {
  setKernel("webgpu", "ResizeBilinearGrad", (inputs, attributes) => {
    const { shape } = input(inputs, "images"), dy = input(inputs, "dy") as tf.Tensor4D;
    const [batch, height, width, channels] = shape as [number, number, number, number];
    const [, outHeight, outWidth] = dy.shape;
    return tf.tidy(() => {
      const rows = interpolation(height, outHeight, attributes);
      const columns = interpolation(width, outWidth, attributes);
      const lines = tf.matMul(rows, tf.reshape(dy, [batch, outHeight, outWidth * channels]), true);
      const pixels = tf.reshape(lines, [batch * height, outWidth, channels]);
      return tf.reshape(tf.matMul(columns, pixels, true), [batch, height, width, channels]);
    });
  });
}

/** The matrix [outLength, length] that resizes one axis. */
function interpolation(length: number, outLength: number, attributes: Attributes): tf.Tensor2D {
  const weights = new Float32Array(outLength * length);
  sources(length, outLength, attributes).forEach(({ low, high, weight }, line) => {
    const first = line * length + low, second = line * length + high;
    weights[first] = (weights[first] as number) + 1 - weight;
    weights[second] = (weights[second] as number) + weight;
  });
  return tf.tensor2d(weights, [outLength, length]);
}
