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
import type { GoogLeNetModule } from "./googlenet_layers.ts";
import { type Activation, type Layers, maxPoolCeil, type Stage, steps } from "./layers.ts";

function inception(module: GoogLeNetModule): Stage {
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
