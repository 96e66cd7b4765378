/**
 * The layers of GoogLeNet: names of Caffe's prototxt, and shapes. Apart from the network, since who
 * fetches weights needs no tensors.
 *
 * @module
 */
import type { LayerShape } from "./layers.ts";

/** Channels in; of 1x1; of 3x3 reduced and after; of 5x5 reduced and after; of the pooled branch. */
const MODULES = {
  "3a": [192, 64, 96, 128, 16, 32, 32],
  "3b": [256, 128, 128, 192, 32, 96, 64],
  "4a": [480, 192, 96, 208, 16, 48, 64],
  "4b": [512, 160, 112, 224, 24, 64, 64],
  "4c": [512, 128, 128, 256, 24, 64, 64],
  "4d": [512, 112, 144, 288, 32, 64, 64],
  "4e": [528, 256, 160, 320, 32, 128, 128],
  "5a": [832, 256, 160, 320, 32, 128, 128],
  "5b": [832, 384, 192, 384, 48, 128, 128],
} as const;
/** Name of an inception module. */
export type GoogLeNetModule = keyof typeof MODULES;

/** All layers but the classifier. */
export const GOOGLENET_LAYERS: readonly LayerShape[] = [
  { name: "conv1/7x7_s2", shape: [64, 3, 7, 7] },
  { name: "conv2/3x3_reduce", shape: [64, 64, 1, 1] },
  { name: "conv2/3x3", shape: [192, 64, 3, 3] },
  ...Object.entries(MODULES).flatMap(([name, [input, one, three, three3, five, five5, pool]]) =>
    [
      { name: `inception_${name}/1x1`, shape: [one, input, 1, 1] },
      { name: `inception_${name}/3x3_reduce`, shape: [three, input, 1, 1] },
      { name: `inception_${name}/3x3`, shape: [three3, three, 3, 3] },
      { name: `inception_${name}/5x5_reduce`, shape: [five, input, 1, 1] },
      { name: `inception_${name}/5x5`, shape: [five5, five, 5, 5] },
      { name: `inception_${name}/pool_proj`, shape: [pool, input, 1, 1] },
    ] as const
  ),
];

/** Shape of the classifier's matrix. */
export const GOOGLENET_CLASSIFIER: LayerShape = {
  name: "loss3/classifier",
  shape: [1000, 1024, 1, 1],
};
