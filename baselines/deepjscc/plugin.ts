/**
 * DeepJSCC: a neural network maps pictures to channel symbols, another maps what arrives to pictures.
 * The networks are loaded when a codec is opened.
 *
 * @module
 */
import type { Codec, CodecPlugin } from "../../core/codec.ts";
import type { ImportedWeights, ImporterPlugin } from "../../core/tensor/checkpoint/importer.ts";
import type { Trainable, TrainablePlugin } from "../../core/tensor/trainable.ts";
import { type DeepJsccOptions, OPTIONS, PRESETS } from "./options.ts";

const deepJscc: CodecPlugin<DeepJsccOptions> = {
  id: "deepjscc",
  title: "DeepJSCC",
  reference: "Bourtsoulatze, Kurka, Gündüz, Deep joint source-channel coding for wireless image " +
    "transmission, IEEE TCCN 5(3), 2019",
  options: OPTIONS,
  rate: "per-image",
  create: async (session, options, host): Promise<Codec> => {
    const { openDeepJscc } = await import("./codec.ts");
    return await openDeepJscc(session, options, host);
  },
};

/** What `deno task train` trains. */
export const trainable: TrainablePlugin = {
  codec: deepJscc.id,
  presets: PRESETS,
  stages: 1,
  create: async (goal): Promise<Trainable> => (await import("./training.ts")).openTraining(goal),
};

/** What `deno task import` reads. */
export const importer: ImporterPlugin = {
  codec: deepJscc.id,
  sources: [
    "chunbaobao/Deep-JSCC-PyTorch (.pkl)",
    "ipc-lab/kaira, Bourtsoulatze2019 and Tung2022DeepJSCCQ (.pt, .pth)",
  ],
  import: async (foreign, wish): Promise<ImportedWeights> =>
    (await import("./importer.ts")).importDeepJscc(foreign, wish),
};

export default deepJscc;
