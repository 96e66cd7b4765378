/**
 * LPIPS 0.1: the distance of two pictures in the activations of a network that was trained for
 * something else, with weights per channel that were fitted to human judgements.
 *
 *     LPIPS = sum over taps l of mean over positions of sum_c w_lc (u_a - u_b)^2
 *
 * Three networks, three scales: values of different networks never share a column. Pictures enter
 * as [-1, 1]; some published results were made with pictures in [0, 1], which halves the contrast
 * and gives lower values: these variants have ids of their own.
 *
 * Source: Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric",
 * CVPR 2018; richzhang/PerceptualSimilarity, version 0.1.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";
import type { ImageMetric } from "../../core/metric.ts";
import type { TappedNetwork } from "./networks/layers.ts";
import { checkPair } from "./pair.ts";
import { scaled, type Scaling, scaling } from "./pixels.ts";
import type { WeightsNeed, WeightSource } from "./weights.ts";

/** One of the three networks. */
export interface LpipsNetwork {
  /** "alex" */
  readonly id: string;
  /** "Alex" */
  readonly title: string;
  readonly backbone: WeightsNeed;
  readonly linear: WeightsNeed;
  /** Loads the network's code, and with it tensors. */
  load(): Promise<TappedNetwork>;
}

const linear = (id: string): WeightsNeed => ({
  title: `LPIPS (${id})`,
  files: [`lpips_v0.1_${id}.pth`, `lpips_v0.1_${id}_lin.safetensors`],
});

/** The networks of LPIPS; where several files serve, the published one is preferred. */
export const LPIPS_NETWORKS: readonly LpipsNetwork[] = [
  {
    id: "alex",
    title: "Alex",
    backbone: {
      title: "AlexNet",
      files: [
        "alexnet-owt-7be5be79.pth",
        "alexnet-owt-4df8aa71.pth",
        "alexnet-owt-7be5be79.safetensors",
      ],
    },
    linear: linear("alex"),
    load: async () => (await import("./networks/alexnet.ts")).alexnet,
  },
  {
    id: "vgg",
    title: "VGG",
    backbone: { title: "VGG16", files: ["vgg16-397923af.pth", "vgg16-397923af.safetensors"] },
    linear: linear("vgg"),
    load: async () => (await import("./networks/vgg16.ts")).vgg16,
  },
  {
    id: "squeeze",
    title: "Squeeze",
    backbone: {
      title: "SqueezeNet 1.1",
      files: [
        "squeezenet1_1-b8a52dc0.pth",
        "squeezenet1_1-b8a52dc0.safetensors",
        "squeezenet1_1_fp16weights.safetensors",
      ],
    },
    linear: linear("squeeze"),
    load: async () => (await import("./networks/squeezenet.ts")).squeezenet,
  },
];

/** What the pictures become before they enter: "standard" [-1, 1], "half" [0, 1]. */
export type LpipsInput = "standard" | "half";

/** The network's own statistics, expressed for [-1, 1]. */
const SHIFT = [-0.03, -0.088, -0.188] as const, DEVIATION = [0.458, 0.448, 0.45] as const;
const SCALINGS: Readonly<Record<LpipsInput, Scaling>> = {
  standard: scaling(-1, 1, SHIFT, DEVIATION),
  half: scaling(0, 1, SHIFT, DEVIATION),
};

/** LPIPS of one network; its weights are read at the first measurement. */
export function lpips(
  network: LpipsNetwork,
  input: LpipsInput,
  weights: WeightSource,
): ImageMetric {
  const half = input === "half";
  let judge: Promise<LpipsJudge> | undefined;
  return {
    id: `lpips-${network.id}${half ? "-01" : ""}`,
    kind: "image",
    title: `LPIPS-${network.title}${half ? " [0,1]" : ""}`,
    unit: "",
    better: "lower",
    digits: 4,
    reference: half
      ? `Zhang et al. 2018, version 0.1, ${network.backbone.title}, but fed pictures in [0, 1] in place of [-1, 1], as the published code of CDM-JSCC does: lower than LPIPS, never to be compared with it`
      : `Zhang et al. 2018, version 0.1, ${network.backbone.title}; pictures in [-1, 1], 8 bits, whole, per image`,
    ...half
      ? { note: "pictures fed in [0, 1] as the code of CDM-JSCC does; not LPIPS proper" }
      : {},
    measure: async (original, received) => {
      judge ??= openLpips(network, weights);
      const layers = await (await judge).layers(original, received, input);
      return layers.reduce((sum, layer) => sum + layer, 0);
    },
  };
}

/** LPIPS with its networks loaded. */
export interface LpipsJudge {
  /** The contribution of each tap. */
  layers(original: RgbImage, received: RgbImage, input: LpipsInput): Promise<number[]>;
}

/** Loads a network and the weights of its taps. */
export async function openLpips(
  network: LpipsNetwork,
  weights: WeightSource,
): Promise<LpipsJudge> {
  const tapped = await network.load();
  const { openLayers, pictureTensor, tapsOf } = await import("./networks/open.ts");
  const { unitDistance } = await import("./unit_distance.ts");
  const layers = await openLayers(weights, network.backbone, tapped.layers);
  const file = await weights.open(network.linear);
  const importance = await Promise.all(
    tapped.channels.map((count, tap) => file.floats(`lin${tap}.model.1.weight`, [1, count, 1, 1])),
  );
  return {
    async layers(original, received, input): Promise<number[]> {
      checkPair(original, received);
      const { width, height } = original;
      const start = (image: RgbImage): ReturnType<typeof tapsOf> => {
        const numbers = scaled([image], SCALINGS[input]);
        return tapsOf(tapped, layers, pictureTensor(numbers, 1, height, width));
      };
      const distances: number[] = [];
      const others = start(received);
      for await (const tap of start(original)) {
        const { value } = await others.next();
        if (!value) break;
        distances.push(unitDistance(tap, value, importance[distances.length]));
      }
      await others.return(undefined);
      return distances;
    },
  };
}
