/**
 * The convolutions of VGG16 (without batch norm), with the taps of LPIPS and DISTS: the last ReLU
 * before each pooling and at the end.
 *
 * Names are those of torchvision's `vgg16().features`.
 *
 * Source: Simonyan, Zisserman, arXiv:1409.1556, configuration D; torchvision.
 *
 * @module
 */
import { tf } from "../../../core/tensor/backend.ts";
import type { LayerShape, Stage, TappedNetwork } from "./layers.ts";
import { steps } from "./layers.ts";

/** Index in `features` of the convolutions of each stage, and their channels. */
const BLOCKS = [
  { indices: [0, 2], channels: 64 },
  { indices: [5, 7], channels: 128 },
  { indices: [10, 12, 14], channels: 256 },
  { indices: [17, 19, 21], channels: 512 },
  { indices: [24, 26, 28], channels: 512 },
] as const;

const LAYERS: readonly LayerShape[] = BLOCKS.flatMap(({ indices, channels }, block) =>
  indices.map((index, place): LayerShape => ({
    name: `features.${index}`,
    shape: [channels, place > 0 ? channels : BLOCKS[block - 1]?.channels ?? 3, 3, 3],
  }))
);

/** @param pool What stands between two blocks. */
function withPool(pool: Stage): TappedNetwork {
  return {
    layers: LAYERS,
    stages: BLOCKS.map(({ indices }, block) => {
      const convolutions = indices.map((index): Stage => (layers, x) =>
        layers.convolveRelu(`features.${index}`, x, { padding: 1 })
      );
      return steps(...block > 0 ? [pool] : [], ...convolutions);
    }),
    channels: BLOCKS.map(({ channels }) => channels),
  };
}

/** As trained. Takes f32[batch, height, width, RGB], ImageNet-normalised. */
export const vgg16: TappedNetwork = withPool((_layers, x) => tf.maxPool(x, 2, 2, "valid"));

/**
 * As DISTS has it: in place of each maximum sqrt(conv(x^2, k) + 1e-12), stride 2, where k is the
 * outer product of [0.5, 1, 0.5] with itself, over 4.
 */
export const vgg16Smooth: TappedNetwork = withPool((_layers, x) => {
  const channels = x.shape[3], line = tf.tensor1d([0.5, 1, 0.5]);
  const kernel = tf.div(tf.outerProduct(line, line), 4).reshape([3, 3, 1, 1]);
  const filter: tf.Tensor4D = tf.tile(kernel, [1, 1, channels, 1]) as tf.Tensor4D;
  return tf.sqrt(tf.add(tf.depthwiseConv2d(tf.square(x), filter, 2, 1), 1e-12));
});
