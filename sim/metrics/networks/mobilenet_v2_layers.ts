/**
 * The layers of MobileNetV2, batch norm folded: names and shapes. Apart from the network, since who
 * fetches weights needs no tensors.
 *
 * Source: Sandler et al., arXiv:1801.04381, table 2.
 *
 * @module
 */
import type { LayerShape } from "./layers.ts";

/** An inverted residual block. */
export interface Block {
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

/** All 17 blocks. */
export const MOBILENET_V2_BLOCKS: readonly Block[] = makeBlocks();

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
  ...MOBILENET_V2_BLOCKS.flatMap(({ name, inChannels, inner, outChannels }): LayerShape[] => [
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
