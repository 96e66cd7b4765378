/**
 * Layer norms with their parameters: over tokens, and over the channels of every pixel.
 *
 * Source: Ba, Kiros, Hinton, arXiv:1607.06450; variance biased, epsilon 1e-5 inside the root.
 *
 * @module
 */
import { layerNorm as normalise } from "../ops/layer_norm.ts";
import { tf } from "../tfjs.ts";
import { ones, zeros } from "./initialisers.ts";
import type { Declarations, Parameters } from "./parameters.ts";

/** Declares a {@linkcode layerNorm}: `weight` and `bias` [channels]. */
export function layerNormParameters(channels: number): Declarations {
  return {
    weight: { shape: [channels], layout: "plain", initial: ones },
    bias: { shape: [channels], layout: "plain", initial: zeros },
  };
}

/** Layer norm over the last axis, f32[..., c]. */
export function layerNorm<T extends tf.Tensor>(parameters: Parameters, x: T): T {
  return normalise(x, parameters.get("weight"), parameters.get("bias"));
}

/** Declares a {@linkcode channelNorm}: gain `g` and offset `b` [1, channels, 1, 1]. */
export function channelNormParameters(channels: number): Declarations {
  return {
    g: { shape: [1, channels, 1, 1], layout: "plain", initial: ones },
    b: { shape: [1, channels, 1, 1], layout: "plain", initial: zeros },
  };
}

/** Layer norm over the channels at every pixel, f32[n, h, w, c]. */
export function channelNorm<T extends tf.Tensor>(parameters: Parameters, x: T): T {
  const [g, b] = [parameters.get("g"), parameters.get("b")];
  return normalise(x, tf.reshape(g, [g.size]), tf.reshape(b, [b.size]));
}
