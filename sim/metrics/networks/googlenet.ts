/**
 * GoogLeNet (Inception v1) as released with Caffe: local response normalisation, pooling with
 * partial windows, no auxiliary classifiers.
 *
 *     conv1 7x7/2 pool LRN conv2 1x1 3x3 LRN pool 3a 3b pool 4a 4b 4c 4d 4e pool 5a 5b mean
 *
 * Layer names are those of Caffe's prototxt.
 *
 * Source: Szegedy et al., arXiv:1409.4842, table 1; BVLC Caffe, models/bvlc_googlenet.
 *
 * @module
 */
import { tf } from "../../../core/tensor/backend.ts";
import {
  type Activation,
  type Layers,
  type LayerShape,
  maxPoolCeil,
  type Stage,
  steps,
} from "./layers.ts";

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
type ModuleName = keyof typeof MODULES;

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

/** What is subtracted from B, G, R. */
export const GOOGLENET_MEAN_BGR = [104, 117, 123] as const;

function inception(module: ModuleName): Stage {
  const name = `inception_${module}`;
  return (layers: Layers, x: Activation) => {
    const three = layers.convolveRelu(`${name}/3x3_reduce`, x);
    const five = layers.convolveRelu(`${name}/5x5_reduce`, x);
    return tf.concat([
      layers.convolveRelu(`${name}/1x1`, x),
      layers.convolveRelu(`${name}/3x3`, three, { padding: 1 }),
      layers.convolveRelu(`${name}/5x5`, five, { padding: 2 }),
      layers.convolveRelu(`${name}/pool_proj`, tf.maxPool(x, 3, 1, "same")),
    ], 3);
  };
}

/** Across 5 channels: x / (1 + 1e-4 / 5 * sum of squares)^0.75. */
const normalise: Stage = (_layers, x) => tf.localResponseNormalization(x, 2, 1, 2e-5, 0.75);

const pool: Stage = (_layers, x) => maxPoolCeil(x);

/**
 * The last activation, whose mean over positions is the feature vector: f32[batch, h, w, 1024]; the
 * input is f32[batch, height, width, BGR] in 0..255 without its mean, any size.
 */
export const GOOGLENET: Stage = steps(
  (layers, x) => layers.convolveRelu("conv1/7x7_s2", x, { stride: 2, padding: 3 }),
  pool,
  normalise,
  (layers, x) => layers.convolveRelu("conv2/3x3_reduce", x),
  (layers, x) => layers.convolveRelu("conv2/3x3", x, { padding: 1 }),
  normalise,
  pool,
  inception("3a"),
  inception("3b"),
  pool,
  inception("4a"),
  inception("4b"),
  inception("4c"),
  inception("4d"),
  inception("4e"),
  pool,
  inception("5a"),
  inception("5b"),
);
