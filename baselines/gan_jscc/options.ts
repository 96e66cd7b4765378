/**
 * What can be chosen about GAN-JSCC, without loading any network.
 *
 * @module
 */
import type { OptionsSchema } from "../../core/options.ts";

/** The networks; the first is the default. */
export const PRESETS = ["compact", "paper", "hific"] as const;

/** Name of a network. */
export type PresetName = typeof PRESETS[number];

/** Options of the codec. */
export interface GanJsccOptions {
  readonly preset: PresetName;
  readonly width: number | "any";
  readonly checkpoint: string;
}

/** Their schema. */
export const OPTIONS: OptionsSchema<GanJsccOptions> = {
  preset: {
    type: "choice",
    default: PRESETS[0],
    choices: PRESETS,
    text: "which network; with a checkpoint of one's own: as its manifest says",
  },
  width: {
    type: "integer-or-word",
    default: "any",
    words: ["any"],
    min: 1,
    max: 1024,
    text: "channels N of presets paper (256 as published) and hific (60)",
  },
  checkpoint: {
    type: "text",
    default: "",
    text: "weights of one's own: a .safetensors file with its .json beside it",
  },
};
