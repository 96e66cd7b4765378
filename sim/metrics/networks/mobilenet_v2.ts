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
import type { Activation, Layers, LayerShape } from "./layers.ts";

interface Block {
  readonly name: string;
  readonly inChannels: number;
  /** Channels between the two 1x1 convolutions; as many as come in where there is no first one. */
  readonly inner: number;
  readonly outChannels: number;
  readonly stride: number;
}

/** Expansion, channels out, repeats, stride of the first. */
const TABLE = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;
const STEM = 32, HEAD = 1280;

const BLOCKS: readonly Block[] = makeBlocks();

function makeBlocks(): Block[] {
  const blocks: Block[] = [];
  let inChannels = STEM;
  for (const [expansion, outChannels, repeats, stride] of TABLE) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      blocks.push({
        name: `block${blocks.length + 1}`,
        inChannels,
        inner: expansion * inChannels,
        outChannels,
        stride: repeat === 0 ? stride : 1,
      });
      inChannels = outChannels;
    }
  }
  return blocks;
}

/** All layers but the classifier. */
export const MOBILENET_V2_LAYERS: readonly LayerShape[] = [
  { name: "stem", shape: [STEM, 3, 3, 3] },
  ...BLOCKS.flatMap(({ name, inChannels, inner, outChannels }): LayerShape[] => [
    ...inner > inChannels
      ? [{ name: `${name}.expand`, shape: [inner, inChannels, 1, 1] } as const]
      : [],
    { name: `${name}.depthwise`, shape: [inner, 1, 3, 3], depthwise: true },
    { name: `${name}.project`, shape: [outChannels, inner, 1, 1] },
  ]),
  { name: "head", shape: [HEAD, 320, 1, 1] },
];

/** 1001 classes, the first of which is "background". */
export const MOBILENET_V2_CLASSIFIER: LayerShape = { name: "logits", shape: [1001, HEAD, 1, 1] };

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
  for (const { name, inChannels, inner, outChannels, stride } of BLOCKS) {
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
