/**
 * SqueezeNet 1.1 up to its last fire module, with the taps of LPIPS.
 *
 *     conv1 3x3 stride 2, no padding -> 64         tap 0
 *     pool fire3 fire4                             tap 1
 *     pool fire6 fire7                             tap 2
 *     pool fire9                                   tap 3
 *     fire10, fire11, fire12                       taps 4, 5, 6
 *
 * Names and indices are those of torchvision's `squeezenet1_1().features`.
 *
 * Source: Iandola et al., arXiv:1602.07360, version 1.1 of the authors' repository; torchvision.
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
  type TappedNetwork,
} from "./layers.ts";

/** Index in `features`, channels in, channels squeezed to, channels of each of the two expansions. */
const FIRES = [
  [3, 64, 16, 64],
  [4, 128, 16, 64],
  [6, 128, 32, 128],
  [7, 256, 32, 128],
  [9, 256, 48, 192],
  [10, 384, 48, 192],
  [11, 384, 64, 256],
  [12, 512, 64, 256],
] as const;

const LAYERS: readonly LayerShape[] = [
  { name: "features.0", shape: [64, 3, 3, 3] },
  ...FIRES.flatMap(([index, input, squeezed, expanded]): LayerShape[] => [
    { name: `features.${index}.squeeze`, shape: [squeezed, input, 1, 1] },
    { name: `features.${index}.expand1x1`, shape: [expanded, squeezed, 1, 1] },
    { name: `features.${index}.expand3x3`, shape: [expanded, squeezed, 3, 3] },
  ]),
];

function fire(index: number): Stage {
  const name = `features.${index}`;
  return (layers: Layers, x: Activation) => {
    const squeezed = layers.convolveRelu(`${name}.squeeze`, x);
    return tf.concat([
      layers.convolveRelu(`${name}.expand1x1`, squeezed),
      layers.convolveRelu(`${name}.expand3x3`, squeezed, { padding: 1 }),
    ], 3);
  };
}

const pool: Stage = (_layers, x) => maxPoolCeil(x);

const STAGES: readonly Stage[] = [
  (layers, x) => layers.convolveRelu("features.0", x, { stride: 2 }),
  steps(pool, fire(3), fire(4)),
  steps(pool, fire(6), fire(7)),
  steps(pool, fire(9)),
  fire(10),
  fire(11),
  fire(12),
];

/** Takes f32[batch, height, width, RGB], ImageNet-normalised. */
export const squeezenet: TappedNetwork = {
  layers: LAYERS,
  stages: STAGES,
  channels: [64, 128, 256, 384, 384, 512, 512],
};
