/**
 * What can be chosen about DeepJSCC, without loading any network.
 *
 * @module
 */
import type { OptionsSchema } from "../../core/options.ts";

/** The networks, by the papers that they are from; the first is the default. */
export const PRESETS = [
  "compact",
  "bourtsoulatze-2019",
  "kurka-gdn",
  "bdjscc",
  "adjscc",
  "residual-attention",
] as const;

/** Name of a network. */
export type PresetName = typeof PRESETS[number];

/** Options of the codec. */
export interface DeepJsccOptions {
  readonly preset: PresetName;
  readonly width: number | "any";
  readonly checkpoint: string;
}

/** Their schema. */
export const OPTIONS: OptionsSchema<DeepJsccOptions> = {
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
    text: "channels of kurka-gdn, bdjscc, adjscc, residual-attention",
  },
  checkpoint: {
    type: "text",
    default: "",
    text: "weights of one's own: a .safetensors file with its .json beside it",
  },
};
