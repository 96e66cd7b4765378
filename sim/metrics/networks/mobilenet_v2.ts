/**
 * MobileNetV2 1.0, batch norm folded: 17 inverted residual blocks with TensorFlow's "same" padding.
 *
 *     stem 3x3 stride 2 -> 32, then blocks:
 *         [expand 1x1 -> t cin] depthwise 3x3 project 1x1 -> cout  (+ input, where sizes agree)
 *     head 1x1 -> 1280
 *
 * ReLU6 everywhere but behind the projections.
 *
 * Source: Sandler et al., arXiv:1801.04381, table 2.
 *
 * @module
 */
import { tf } from "../../../core/tensor/backend.ts";
import type { Activation, Layers } from "./layers.ts";
import { MOBILENET_V2_BLOCKS } from "./mobilenet_v2_layers.ts";

/**
 * Runs the network.
 *
 * @param x f32[batch, height, width, RGB] in [-1, 1], any size.
 * @param wanted Names of activations: "stem", "block4.expand" (after its ReLU6), "block13" (after the
 * addition), "head".
 * @returns The activations in the order of `wanted`; inside a tidy they belong to it.
 */
export function mobilenetV2(
  layers: Layers,
  x: Activation,
  wanted: readonly string[],
): Activation[] {
  const found = new Map<string, Activation>();
  /** Notes what is wanted; frees `old`, which nobody needs any more. */
  const next = (name: string, made: Activation, ...old: Activation[]): Activation => {
    if (wanted.includes(name)) found.set(name, made);
    const kept = new Set(found.values());
    for (const one of old) if (one !== x && !kept.has(one)) one.dispose();
    return made;
  };
  let at = next("stem", layers.convolveRelu6("stem", x, { stride: 2, padding: "same" }));
  for (const { name, inChannels, inner, outChannels, stride } of MOBILENET_V2_BLOCKS) {
    const input = at;
    const expanded = inner > inChannels
      ? next(`${name}.expand`, layers.convolveRelu6(`${name}.expand`, input))
      : input;
    const filtered = layers.convolveRelu6(`${name}.depthwise`, expanded, {
      stride,
      padding: "same",
    });
    next(`${name}.depthwise`, filtered, ...expanded === input ? [] : [expanded]);
    const projected = layers.convolve(`${name}.project`, filtered);
    const isResidual = stride === 1 && inChannels === outChannels;
    at = isResidual
      ? next(name, tf.add(projected, input), filtered, projected, input)
      : next(name, projected, filtered, input);
  }
  next("head", layers.convolveRelu6("head", at), at);
  return wanted.map((name) => found.get(name) as Activation);
}
