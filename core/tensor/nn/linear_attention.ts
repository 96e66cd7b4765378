/**
 * Linear attention over the positions of a picture, normed before and added after.
 *
 *   y = x + Wo ctx^T (s q),  ctx[d, e] = sum_n softmax_n(k)[d, n] v[e, n],  s = 1 / sqrt(c)
 *   q, k, v = Wqkv LN(x); one head as wide as the picture is deep
 *
 * Source: Shen et al., arXiv:1812.01243, as in Yang, Mandt, arXiv:2209.06950 (CDC).
 *
 * Only k is made for every position. q and v are linear in n = LN(x), so that
 * ctx = (softmax(k)^T n) Wv, and y = x + n M with one c x c matrix M = s Wq ctx Wo: the same sums in
 * another order, for half the products and a third of the memory.
 *
 * @module
 */
import { tf } from "../tfjs.ts";
import { conv2dParameters } from "./convolution.ts";
import { channelNorm, channelNormParameters } from "./layer_norm.ts";
import { type Declarations, type Parameters, under } from "./parameters.ts";
import { constantOf } from "./stop_gradient.ts";
import { initialAsTorch } from "./torch_initial.ts";

/** Declares a {@linkcode linearAttention}: `fn.norm`, `fn.fn.to_qkv`, `fn.fn.to_out`. */
export function linearAttentionParameters(channels: number): Declarations {
  const projection = conv2dParameters(channels, 3 * channels, 1, { bias: false });
  return {
    ...under("fn.fn.to_qkv", initialAsTorch(projection)),
    ...under("fn.fn.to_out", initialAsTorch(conv2dParameters(channels, channels, 1))),
    ...under("fn.norm", channelNormParameters(channels)),
  };
}

/** f32[n, h, w, c] to the same shape. */
export function linearAttention(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, c] = x.shape;
    const n = tf.reshape(channelNorm(parameters.at("fn", "norm"), x), [batch, height * width, c]);
    const attention = parameters.at("fn", "fn");
    const projection = tf.reshape(attention.get("to_qkv.weight"), [c, 3 * c]);
    const [wq, wk, wv] = tf.split(projection, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const wo = tf.reshape(attention.get("to_out.weight"), [c, c]);
    const ctx = tf.matMul(positionsSoftmaxTimes(n, wk), wv); // [n, c, c]
    const fold = tf.mul(tf.matMul(tf.matMul(wq, ctx), wo), 1 / Math.sqrt(c));
    const out = tf.add(tf.matMul(n, fold), attention.get("to_out.bias"));
    return tf.add(x, tf.reshape(out, x.shape));
  });
}

/** Softmax of n wk over the positions, transposed, times n: f32[n, p, c] to f32[n, c, c]. */
function positionsSoftmaxTimes(n: tf.Tensor, wk: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const weights = tf.tidy(() => {
      const keys = tf.matMul(n, wk);
      // Softmax does not change by a constant; this one keeps exp in range.
      return tf.exp(tf.sub(keys, constantOf(keys, largest)));
    });
    const [batch, , c] = n.shape as [number, number, number];
    const total = tf.reshape(tf.sum(weights, 1), [batch, c, 1]);
    return tf.div(tf.matMul(weights, n, true), total);
  });
}

/** The largest value over the positions: f32[n, p, c] to f32[n, 1, c]. */
function largest(x: tf.Tensor): tf.Tensor {
  const [batch, positions, c] = x.shape as [number, number, number];
  if (positions === 1) return x;
  const column = tf.reshape(x, [batch, positions, 1, c]) as tf.Tensor4D;
  // tf.max over any axis but the last transposes first.
  return tf.reshape(tf.maxPool(column, [positions, 1], 1, "valid"), [batch, 1, c]);
}
