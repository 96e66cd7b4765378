/**
 * Networks whose last activations, averaged over positions, are features of patches: what each wants
 * as input and what it gives.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";
import { LPIPS_NETWORKS } from "./lpips.ts";
import { GOOGLENET_LAYERS } from "./networks/googlenet_layers.ts";
import { MOBILENET_V2_LAYERS } from "./networks/mobilenet_v2_layers.ts";
import type { Activation, Layers, LayerShape, ReadLayer } from "./networks/layers.ts";
import { IMAGENET, PATCH, scaled, type Scaling, scaling } from "./pixels.ts";
import { INCEPTION_SIDE, resizeBilinear } from "./resize.ts";
import type { WeightsNeed } from "./weights.ts";

/** A network of patches. */
export interface PatchNetwork {
  readonly weights: WeightsNeed;
  /** Feature sets that it gives, each by its name, in the order in which it gives them. */
  readonly featureSets: readonly string[];
  /** Side of what it takes. */
  readonly side: number;
  /** f32[patches, side, side, 3] of patches of 256 x 256. */
  input(patches: readonly RgbImage[]): Float32Array;
  /** Loads its code, and with it tensors. */
  load(): Promise<PatchNetworkCode>;
}

/** The part of a network that needs tensors. */
export interface PatchNetworkCode {
  readonly layers: readonly LayerShape[];
  readonly read?: ReadLayer;
  /** For each feature set the activation whose means over positions are the rows; within a tidy. */
  run(layers: Layers, x: Activation): Activation[];
}

/** Weights of MobileNetV2. */
export const MOBILENET_V2_WEIGHTS: WeightsNeed = {
  title: "MobileNetV2",
  files: ["mobilenet_v2_1.0_int8weights.safetensors"],
};

/** What MobileNetV2 takes: [-1, 1]. */
export const MOBILENET_V2_INPUT: Scaling = scaling(-1, 1);

/** Weights of GoogLeNet. */
export const GOOGLENET_WEIGHTS: WeightsNeed = {
  title: "GoogLeNet",
  files: ["bvlc_googlenet.safetensors", "bvlc_googlenet_fp16weights.safetensors"],
};

/** What GoogLeNet takes: 0..255, blue first, without the mean. */
export const GOOGLENET_INPUT: Scaling = { ...scaling(0, 255, [104, 117, 123]), bgr: true };

/** Weights of the Inception network of FID. */
export const INCEPTION_WEIGHTS: WeightsNeed = {
  title: "the Inception network of FID",
  files: [
    "pt_inception-2015-12-05-6726825d.pth",
    "pt_inception-2015-12-05-6726825d.safetensors",
  ],
};

/** SqueezeNet 1.1, 512 features. */
export const squeezePatches: PatchNetwork = {
  weights: LPIPS_NETWORKS.find(({ id }) => id === "squeeze")?.backbone as WeightsNeed,
  featureSets: ["squeezenet1.1-512/256"],
  side: PATCH,
  input: (patches) => scaled(patches, IMAGENET),
  async load() {
    const { squeezenet: { layers, stages } } = await import("./networks/squeezenet.ts");
    const { steps } = await import("./networks/layers.ts");
    const all = steps(...stages);
    return { layers, run: (own, x) => [all(own, x)] };
  },
};

/** MobileNetV2, 1280 features and the 96 of block 13. */
export const mobilenetPatches: PatchNetwork = {
  weights: MOBILENET_V2_WEIGHTS,
  featureSets: ["mobilenet-v2-1280/256", "mobilenet-v2-96/256"],
  side: PATCH,
  input: (patches) => scaled(patches, MOBILENET_V2_INPUT),
  async load() {
    const { mobilenetV2 } = await import("./networks/mobilenet_v2.ts");
    return {
      layers: MOBILENET_V2_LAYERS,
      run: (layers, x) => mobilenetV2(layers, x, ["head", "block13"]),
    };
  },
};

/** GoogLeNet, 1024 features. */
export const googlenetPatches: PatchNetwork = {
  weights: GOOGLENET_WEIGHTS,
  featureSets: ["googlenet-1024/256"],
  side: PATCH,
  input: (patches) => scaled(patches, GOOGLENET_INPUT),
  async load() {
    const { GOOGLENET } = await import("./networks/googlenet.ts");
    return { layers: GOOGLENET_LAYERS, run: (layers, x) => [GOOGLENET(layers, x)] };
  },
};

/** The Inception network of FID: 2048, 768, 192 and 64 features. */
export const inceptionPatches: PatchNetwork = {
  weights: INCEPTION_WEIGHTS,
  featureSets: ["inception-2048/256", "inception-768/256", "inception-192/256", "inception-64/256"],
  side: INCEPTION_SIDE,
  input: inceptionInput,
  async load() {
    const { inception, INCEPTION_LAYERS, readNormalised } = await import(
      "./networks/inception.ts"
    );
    return {
      layers: INCEPTION_LAYERS,
      read: readNormalised,
      run: (layers, x) => inception(layers, x, ["Mixed_7c", "Mixed_6e", "pool2", "pool1"]),
    };
  },
};

/** Bilinear to 299 x 299, then [-1, 1]: pytorch-fid. */
export function inceptionInput(patches: readonly RgbImage[]): Float32Array {
  const size = 3 * INCEPTION_SIDE * INCEPTION_SIDE;
  const numbers = new Float32Array(patches.length * size);
  for (const [index, image] of patches.entries()) numbers.set(resizeBilinear(image), index * size);
  return numbers.map((value) => 2 * value - 1);
}
