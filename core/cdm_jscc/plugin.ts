/**
 * CDM-JSCC: rate-adaptive joint source-channel coding of a learned latent, and a conditional
 * diffusion model that makes the picture. The networks are loaded when a codec is opened.
 *
 * @module
 */
import type { Codec, CodecPlugin } from "../codec.ts";
import type { ImporterPlugin } from "../tensor/checkpoint/importer.ts";
import type { TrainablePlugin } from "../tensor/trainable.ts";
import { type CdmJsccOptions, OPTIONS } from "./options.ts";

const cdmJscc: CodecPlugin<CdmJsccOptions> = {
  id: "cdm-jscc",
  title: "CDM-JSCC",
  reference:
    "Yang, Zhang, Cai, Rate-adaptive generative semantic communication using conditional " +
    "diffusion models, arXiv:2409.02597",
  options: OPTIONS,
  rate: "on-average",
  needs: ["weights"],
  create: async (session, options, host): Promise<Codec> => {
    const { openCdmJscc } = await import("./codec.ts");
    return await openCdmJscc(session, options, host);
  },
};

export default cdmJscc;

/** What `deno task train` can train. */
export const trainable: TrainablePlugin = {
  codec: "cdm-jscc",
  presets: ["compact", "paper", "reduced"],
  stages: 3,
  create: async (goal) => {
    const { openTraining } = await import("./training.ts");
    return await openTraining(goal);
  },
};

/** Imports the published weights. */
export const importer: ImporterPlugin = {
  codec: "cdm-jscc",
  sources: ["zhang-guangyi/cdm-jscc, .pt (for preset paper; say --snr)"],
  import: async (foreign, wish) => {
    const { importCdmJscc } = await import("./importer.ts");
    return await importCdmJscc(foreign, wish);
  },
};
