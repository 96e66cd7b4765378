/**
 * The convolutions of AlexNet ("one weird trick" form), with the taps of LPIPS: each ReLU.
 *
 * Names are those of torchvision's `alexnet().features`.
 *
 * Source: Krizhevsky, arXiv:1404.5997; torchvision.
 *
 * @module
 */
import { tf } from "../../../core/tensor/backend.ts";
import type { LayerShape, Stage, TappedNetwork } from "./layers.ts";
import { steps } from "./layers.ts";

const LAYERS: readonly LayerShape[] = [
  { name: "features.0", shape: [64, 3, 11, 11] },
  { name: "features.3", shape: [192, 64, 5, 5] },
  { name: "features.6", shape: [384, 192, 3, 3] },
  { name: "features.8", shape: [256, 384, 3, 3] },
  { name: "features.10", shape: [256, 256, 3, 3] },
];

const pool: Stage = (_layers, x) => tf.maxPool(x, 3, 2, "valid");

const STAGES: readonly Stage[] = [
  (layers, x) => layers.convolveRelu("features.0", x, { stride: 4, padding: 2 }),
  steps(pool, (layers, x) => layers.convolveRelu("features.3", x, { padding: 2 })),
  steps(pool, (layers, x) => layers.convolveRelu("features.6", x, { padding: 1 })),
  (layers, x) => layers.convolveRelu("features.8", x, { padding: 1 }),
  (layers, x) => layers.convolveRelu("features.10", x, { padding: 1 }),
];

/** Takes f32[batch, height, width, RGB], ImageNet-normalised. */
export const alexnet: TappedNetwork = {
  layers: LAYERS,
  stages: STAGES,
  channels: [64, 192, 384, 256, 256],
};
