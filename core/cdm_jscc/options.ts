/**
 * What can be chosen about CDM-JSCC, without loading any network.
 *
 * @module
 */
import type { OptionsSchema } from "../options.ts";
import type { MaskOrder } from "./rate_allocation.ts";

/** Options of the codec. */
export interface CdmJsccOptions {
  readonly preset: "compact" | "paper" | "reduced";
  readonly checkpoint: string;
  readonly steps: number;
  readonly sampler: "deterministic" | "ancestral";
  readonly gamma: number;
  readonly prediction: "x" | "epsilon";
  readonly mask: MaskOrder;
  readonly rate: "average" | "image" | "fixed";
  readonly side: "coded" | "published";
  readonly power: "byte" | "free";
}

/** Steps of training: no sampling has more. Stated here too, so that no network is loaded for it. */
const MOST_STEPS = 8193;

/** Their schema. */
export const OPTIONS: OptionsSchema<CdmJsccOptions> = {
  preset: {
    type: "choice",
    default: "compact",
    choices: ["compact", "paper", "reduced"],
    text: "which network; with a checkpoint of one's own: as its manifest says",
  },
  checkpoint: {
    type: "text",
    default: "",
    text: "weights of one's own: a .safetensors file with its .json beside it",
  },
  steps: {
    type: "integer",
    default: 17,
    min: 1,
    max: MOST_STEPS,
    text: "denoising steps; 1 is the distortion model of the paper",
  },
  sampler: {
    type: "choice",
    default: "deterministic",
    choices: ["deterministic", "ancestral"],
    text: "deterministic: DDIM, as published; ancestral: noise in every step, as the paper says",
  },
  gamma: {
    type: "number",
    default: 0.8,
    min: 0,
    max: 10,
    text: "standard deviation of the noise that sampling starts from",
  },
  prediction: {
    type: "choice",
    default: "x",
    choices: ["x", "epsilon"],
    text: "what the U-Net was trained to predict",
  },
  mask: {
    type: "choice",
    default: "checkerboard",
    choices: ["checkerboard", "sequential", "random"],
    text: "which of a position's symbols are sent first",
  },
  rate: {
    type: "choice",
    default: "average",
    choices: ["average", "image", "fixed"],
    text: "average: eta of the weights meets their CBR over a set; image: each picture meets it; " +
      "fixed: one rate for all positions of a picture",
  },
  side: {
    type: "choice",
    default: "coded",
    choices: ["coded", "published"],
    text: "coded: rate map entropy coded, power as a byte; published: 4 bits a patch, power free",
  },
  power: {
    type: "choice",
    default: "byte",
    choices: ["byte", "free"],
    text: "power factor told as a priced byte, or known exactly for nothing",
  },
};
