/**
 * Moves between rows and columns and channels, without arithmetic.
 *
 * Channels are ordered as in PyTorch: index c r^2 + dy r + dx.
 *
 * @module
 */
import { tf } from "../tfjs.ts";

/** Pixel unshuffle (space to depth): f32[n, h, w, c] to f32[n, h / r, w / r, c r^2]. */
export function pixelUnshuffle(x: tf.Tensor4D, r: number): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const split = tf.reshape(x, [n, h / r, r, w / r, r, c]);
  return tf.reshape(tf.transpose(split, [0, 1, 3, 5, 2, 4]), [n, h / r, w / r, c * r * r]);
}

/** Pixel shuffle (depth to space): f32[n, h, w, c r^2] to f32[n, h r, w r, c]. */
export function pixelShuffle(x: tf.Tensor4D, r: number): tf.Tensor4D {
  const [n, h, w, channels] = x.shape;
  const c = channels / (r * r);
  const split = tf.reshape(x, [n, h, w, c, r, r]);
  return tf.reshape(tf.transpose(split, [0, 1, 4, 2, 5, 3]), [n, h * r, w * r, c]);
}
