/**
 * UFD, unit feature distance: the mean over five taps of MobileNetV2 of the distance of unit
 * vectors, without learned weights. A second opinion beside LPIPS, from a network that no codec here
 * is trained on; no model of human judgement.
 *
 *     UFD = mean over taps of mean over positions of sum_c (u_a - u_b)^2        each in [0, 2]
 *
 * Taps: the expansions of blocks 2, 4, 7 and 14, and the head.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";
import type { ImageMetric } from "../../core/metric.ts";
import { checkPair } from "./pair.ts";
import { MOBILENET_V2_LAYERS } from "./networks/mobilenet_v2_layers.ts";
import { MOBILENET_V2_INPUT, MOBILENET_V2_WEIGHTS } from "./patch_networks.ts";
import { scaled } from "./pixels.ts";
import type { WeightSource } from "./weights.ts";

const TAPS = ["block2.expand", "block4.expand", "block7.expand", "block14.expand", "head"];

type Judge = (original: RgbImage, received: RgbImage) => Promise<number[]>;

/** UFD-MobileNetV2; its weights are read at the first measurement. */
export function ufd(weights: WeightSource): ImageMetric {
  let judge: Promise<Judge> | undefined;
  return {
    id: "ufd-mobilenet-v2",
    kind: "image",
    title: "UFD-MobileNetV2",
    unit: "",
    better: "lower",
    digits: 4,
    reference:
      "unit feature distance: mean over 5 taps of MobileNetV2 (ImageNet) of the squared difference of unit vectors; uncalibrated",
    measure: async (original, received) => {
      judge ??= openUfd(weights);
      const distances = await (await judge)(original, received);
      return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
    },
  };
}

/** Loads the network; what comes out gives the distance at each tap. */
export async function openUfd(weights: WeightSource): Promise<Judge> {
  const { mobilenetV2 } = await import("./networks/mobilenet_v2.ts");
  const { openLayers, pictureTensor, readTap } = await import("./networks/open.ts");
  const { unitDistance } = await import("./unit_distance.ts");
  const { tf } = await import("../../core/tensor/backend.ts");
  const layers = await openLayers(weights, MOBILENET_V2_WEIGHTS, MOBILENET_V2_LAYERS);
  const activations = (image: RgbImage): ReturnType<typeof mobilenetV2> =>
    tf.tidy(() => {
      const { width, height } = image, numbers = scaled([image], MOBILENET_V2_INPUT);
      return mobilenetV2(layers, pictureTensor(numbers, 1, height, width), TAPS);
    });
  return async (original, received) => {
    checkPair(original, received);
    const a = activations(original), b = activations(received);
    try {
      const distances: number[] = [];
      for (const [tap, activation] of a.entries()) {
        const other = b[tap];
        if (!other) break;
        distances.push(unitDistance(await readTap(activation), await readTap(other)));
      }
      return distances;
    } finally {
      tf.dispose([...a, ...b]);
    }
  };
}
