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
import { INCEPTION_SIDE, resizeBicubic, resizeBilinear } from "./resize.ts";
import type { WeightsNeed } from "./weights.ts";

/** Rows that a network gives. */
export interface FeatureSet {
  /** Names network, length and patch: "googlenet-1024/256". */
  readonly name: string;
  /** Of a row. */
  readonly length: number;
}

/** A network of patches. */
export interface PatchNetwork {
  /** What it is and what happens to a patch before: "GoogLeNet of BVLC, no resize". */
  readonly title: string;
  readonly weights: WeightsNeed;
  /** What `deno task assets` calls them. */
  readonly asset: string;
  /** In the order in which it gives them. */
  readonly featureSets: readonly FeatureSet[];
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
  asset: "fd-squeeze",
  title: "SqueezeNet 1.1, no resize",
  featureSets: [{ name: "squeezenet1.1-512/256", length: 512 }],
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
  asset: "fd-mobilenet-v2",
  title: "MobileNetV2, no resize",
  featureSets: [
    { name: "mobilenet-v2-1280/256", length: 1280 },
    { name: "mobilenet-v2-96/256", length: 96 },
  ],
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
  asset: "fd-googlenet",
  title: "GoogLeNet of BVLC, no resize",
  featureSets: [{ name: "googlenet-1024/256", length: 1024 }],
  side: PATCH,
  input: (patches) => scaled(patches, GOOGLENET_INPUT),
  async load() {
    const { GOOGLENET } = await import("./networks/googlenet.ts");
    return { layers: GOOGLENET_LAYERS, run: (layers, x) => [GOOGLENET(layers, x)] };
  },
};

/** Blocks of the Inception network whose means are features. */
const INCEPTION_TAPS = [
  { name: "Mixed_7c", length: 2048 },
  { name: "Mixed_6e", length: 768 },
  { name: "pool2", length: 192 },
  { name: "pool1", length: 64 },
] as const;

/** The Inception network of FID behind one of the two ways of resizing. */
function inceptionNetwork(
  name: string,
  title: string,
  taps: readonly (typeof INCEPTION_TAPS)[number][],
  input: (image: RgbImage) => Float32Array,
): PatchNetwork {
  return {
    title,
    weights: INCEPTION_WEIGHTS,
    asset: "fid",
    featureSets: taps.map(({ length }) => ({ name: `${name}-${length}/256`, length })),
    side: INCEPTION_SIDE,
    input: (patches) => joined(patches.map(input)),
    async load() {
      const { inception, INCEPTION_LAYERS, readNormalised } = await import(
        "./networks/inception.ts"
      );
      const names = taps.map((tap) => tap.name);
      return {
        layers: INCEPTION_LAYERS,
        read: readNormalised,
        run: (layers, x) => inception(layers, x, names),
      };
    },
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const [first] = parts, size = first?.length ?? 0;
  const numbers = new Float32Array(parts.length * size);
  for (const [index, part] of parts.entries()) numbers.set(part, index * size);
  return numbers;
}

/** As pytorch-fid does it: 2048, 768, 192 and 64 features. */
export const inceptionPatches: PatchNetwork = inceptionNetwork(
  "inception",
  "Inception of pytorch-fid, resized to 299 x 299 bilinearly without low-pass",
  INCEPTION_TAPS,
  (image) => resizeBilinear(image).map((value) => 2 * value - 1),
);

/** As clean-fid does it: 2048 features. */
export const inceptionCleanPatches: PatchNetwork = inceptionNetwork(
  "inception-clean",
  "Inception of pytorch-fid, resized to 299 x 299 as clean-fid does, bicubically with low-pass",
  INCEPTION_TAPS.slice(0, 1),
  (image) => resizeBicubic(image).map((value) => (value - 128) / 128),
);
