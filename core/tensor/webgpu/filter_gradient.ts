/**
 * Filter gradients as matrix products and sums. The shaders of tfjs take one invocation per filter
 * value, which reads the whole batch alone.
 *
 * @module
 */
import { type ConvolutionSizes, convolutionSizes } from "../convolution_geometry.ts";
import { input, setKernel } from "../kernels.ts";
import { tf } from "../tfjs.ts";

/** Registers Conv2DBackpropFilter and DepthwiseConv2dNativeBackpropFilter on the webgpu backend. */
export function installFilterGradients(): void {
  setKernel("webgpu", "Conv2DBackpropFilter", (inputs, attributes) => {
    const x = input(inputs, "x") as tf.Tensor4D, dy = input(inputs, "dy") as tf.Tensor4D;
    const shape = attributes.filterShape as [number, number, number, number];
    const sizes = convolutionSizes(x.shape, shape, attributes);
    return tf.tidy(() => {
      const columns = tf.reshape(dy, [-1, sizes.outChannels]);
      const perTap = taps(x, sizes).map((patch) =>
        tf.matMul(tf.reshape(patch, [-1, sizes.inChannels]), columns, true)
      );
      return tf.reshape(tf.stack(perTap), shape);
    });
  });
  setKernel("webgpu", "DepthwiseConv2dNativeBackpropFilter", (inputs, attributes) => {
    const x = input(inputs, "x") as tf.Tensor4D, dy = input(inputs, "dy") as tf.Tensor4D;
    const shape = attributes.filterShape as [number, number, number, number];
    const sizes = convolutionSizes(x.shape, shape, attributes, true);
    const [, , channels, multiplier] = shape;
    return tf.tidy(() => {
      const gradient = tf.reshape(dy, [-1, channels, multiplier]);
      const perTap = taps(x, sizes).map((patch) =>
        tf.sum(tf.mul(tf.reshape(patch, [-1, channels, 1]), gradient), 0)
      );
      return tf.reshape(tf.stack(perTap), shape);
    });
  });
}

/** What each filter tap sees: [n, outHeight, outWidth, c], the taps row by row. */
function taps(x: tf.Tensor4D, sizes: ConvolutionSizes): tf.Tensor[] {
  const { strideHeight: sy, strideWidth: sx, dilationHeight: dy, dilationWidth: dx } = sizes;
  const { filterHeight, filterWidth, outHeight, outWidth } = sizes, { top, left } = sizes.padInfo;
  const height = (outHeight - 1) * sy + (filterHeight - 1) * dy + 1;
  const width = (outWidth - 1) * sx + (filterWidth - 1) * dx + 1;
  const padded = tf.pad(x, [
    [0, 0],
    [top, Math.max(0, height - sizes.inHeight - top)],
    [left, Math.max(0, width - sizes.inWidth - left)],
    [0, 0],
  ]);
  return Array.from({ length: filterHeight * filterWidth }, (_, tap) => {
    const y = Math.floor(tap / filterWidth) * dy, column = tap % filterWidth * dx;
    const end = [sizes.batchSize, y + (outHeight - 1) * sy + 1, column + (outWidth - 1) * sx + 1];
    return tf.stridedSlice(padded, [0, y, column, 0], [...end, sizes.inChannels], [1, sy, sx, 1]);
  });
}
