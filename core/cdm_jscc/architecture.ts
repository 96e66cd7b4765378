/**
 * Sizes of the networks of CDM-JSCC: everything that a preset decides.
 *
 *     x --enc--> y --fe--> s ~~channel~~> s^ --fd--> y' --dec--> c0, c1, ...
 *                |                                                 |
 *                +-hyper_enc-> z -hyper_dec-> mean, scale          X(x_n, n / N, c) --> x0
 *                   (rates)
 *
 * Source: Yang, Zhang, Cai, arXiv:2409.02597, with the widths of the code published with it.
 *
 * @module
 */

/** A stage of the condition decoder: a residual block, then twice the sides. */
export interface ConditionStage {
  readonly inputs: number;
  readonly width: number;
  readonly outputs: number;
}

/** The published transforms between pictures, latents and conditions. */
export interface PublishedTransforms {
  readonly kind: "published";
  /** Channels after each stage of the encoder, which halves the sides; the last: of y. */
  readonly encoder: readonly number[];
  readonly conditions: readonly ConditionStage[];
}

/** Those of preset `compact`: see trunk.ts. */
export interface TrunkTransforms {
  readonly kind: "trunk";
  /** Channels at 1/4, 1/8 and 1/16 of the sides, and residual blocks there. */
  readonly widths: readonly [number, number, number];
  readonly encoderBlocks: readonly [number, number, number];
  readonly decoderBlocks: readonly [number, number, number];
}

/** Sizes of all networks. */
export interface Architecture {
  readonly preset: string;
  /** Channels of the latent y, and width of the JSCC networks. */
  readonly latent: number;
  /** Channels of the hyperprior and of z. */
  readonly hyper: number;
  readonly jscc: {
    /** MLLA blocks of encoder and of decoder. */
    readonly depth: number;
    readonly heads: number;
    /** Hidden width of the MLP that refines y. */
    readonly refine: number;
  };
  /** Real symbols that a position may send, ascending; the last one is all there are. */
  readonly rates: readonly number[];
  readonly transforms: PublishedTransforms | TrunkTransforms;
  readonly unet: {
    /** Side of the pixel blocks that become channels before the first level. */
    readonly stem: number;
    /** Channels of each level. */
    readonly widths: readonly number[];
    /** Channels of the time embedding. */
    readonly time: number;
  };
  /** What the U-Net predicts: the picture (default), or the noise, for the ablation. */
  readonly prediction?: "x" | "epsilon";
}

/** Sides of pictures are multiples of this: z is at 1/64. */
export const STRIDE = 64;
/** Pixels of a side of the patch that one position of y stands for. */
export const PATCH = 16;

/** The networks of the paper: 62,245,059 parameters, 774 GFLOP a denoising step at 768x512. */
export const PAPER: Architecture = {
  preset: "paper",
  latent: 256,
  hyper: 256,
  jscc: { depth: 3, heads: 8, refine: 2048 },
  rates: multiples(16, 16),
  transforms: {
    kind: "published",
    encoder: [64, 128, 192, 256],
    conditions: [
      { inputs: 256, width: 192, outputs: 192 },
      { inputs: 192, width: 128, outputs: 128 },
      { inputs: 128, width: 64, outputs: 64 },
      { inputs: 64, width: 64, outputs: 64 },
    ],
  },
  unet: { stem: 1, widths: [64, 128, 192, 256, 320, 384], time: 64 },
};

/**
 * The same networks with fewer channels, and a U-Net on 2x2 pixel blocks: 4,799,692 parameters,
 * 64 GFLOP a step at 768x512.
 */
export const REDUCED: Architecture = {
  preset: "reduced",
  latent: 96,
  hyper: 48,
  jscc: { depth: 3, heads: 4, refine: 384 },
  rates: multiples(8, 16),
  transforms: {
    kind: "published",
    encoder: [24, 48, 72, 96],
    conditions: [
      { inputs: 96, width: 72, outputs: 72 },
      { inputs: 72, width: 48, outputs: 48 },
      { inputs: 48, width: 48, outputs: 24 },
    ],
  },
  unet: { stem: 2, widths: [40, 80, 80, 80], time: 40 },
};

/**
 * The networks with shipped weights: 4,883,056 parameters, 22 GFLOP a step at 768x512. Every part of
 * the paper is there; what differs is said where it does, `Deviation (compact):`, and begins at a
 * linear code with a linear estimator.
 *
 * The same networks in PyTorch: train/torch/cdm_jscc.py.
 */
export const COMPACT: Architecture = {
  preset: "compact",
  latent: 96,
  hyper: 32,
  jscc: { depth: 2, heads: 4, refine: 192 },
  rates: multiples(6, 16),
  transforms: {
    kind: "trunk",
    widths: [48, 96, 112],
    encoderBlocks: [1, 1, 2],
    decoderBlocks: [2, 3, 2],
  },
  unet: { stem: 4, widths: [48, 64, 80], time: 32 },
};

/** All presets by name. */
export const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map(
  [COMPACT, PAPER, REDUCED].map((architecture) => [architecture.preset, architecture]),
);

/** Whether this is `compact`, with all that belongs to it. */
export function isCompact({ transforms }: Architecture): boolean {
  return transforms.kind === "trunk";
}

/** Real symbols of a position at the highest rate. */
export function mostSymbols({ rates }: Architecture): number {
  return rates.at(-1) as number;
}

/** Channels of the conditions, the finest first. */
export function conditionChannels({ transforms }: Architecture): readonly number[] {
  return transforms.kind === "trunk"
    ? transforms.widths
    : transforms.conditions.map(({ outputs }) => outputs).reverse();
}

function multiples(step: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => step * (index + 1));
}
