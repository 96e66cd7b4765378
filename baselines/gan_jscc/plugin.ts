/**
 * GAN-JSCC: DeepJSCC whose decoder is a generator, trained against a discriminator so that pictures
 * look right rather than come close. The networks are loaded when a codec is opened.
 *
 * @module
 */
import type { Codec, CodecPlugin } from "../../core/codec.ts";
import type { ImporterPlugin } from "../../core/tensor/checkpoint/importer.ts";
import type { Trainable, TrainablePlugin } from "../../core/tensor/trainable.ts";
import { type GanJsccOptions, OPTIONS, PRESETS } from "./options.ts";

const ganJscc: CodecPlugin<GanJsccOptions> = {
  id: "gan-jscc",
  title: "GAN-JSCC",
  reference: "Wang, Wang, Dai, Si, Zhou, Niu, Perceptual learned source-channel coding for " +
    "high-fidelity image semantic transmission, GLOBECOM 2022",
  options: OPTIONS,
  rate: "per-image",
  create: async (session, options, host): Promise<Codec> => {
    const { openGanJscc } = await import("./codec.ts");
    return await openGanJscc(session, options, host);
  },
};

/** What `deno task train` trains: stage 1 without, stage 2 with the discriminator. */
export const trainable: TrainablePlugin = {
  codec: ganJscc.id,
  presets: PRESETS,
  stages: 2,
  create: async (goal): Promise<Trainable> =>
    await (await import("./training.ts")).openTraining(goal),
};

/** What `deno task import` reads. */
export const importer: ImporterPlugin = {
  codec: ganJscc.id,
  sources: ["semcomm/GC2022_Perceptual_Learned_Source_Channel_Coding, .model or .pth"],
  import: async (foreign, wish) =>
    await (await import("./import.ts")).importPublished(foreign, wish),
};

export default ganJscc;
