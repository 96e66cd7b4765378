/**
 * Published weights of DeepJSCC's networks, and what has to be done to them.
 *
 * | source                        | network             | names                                   |
 * | ----------------------------- | ------------------- | --------------------------------------- |
 * | chunbaobao/Deep-JSCC-PyTorch  | bourtsoulatze-2019  | `encoder.conv1.conv.weight`, ...        |
 * | ipc-lab/kaira                 | bourtsoulatze-2019  | `encoder.model.0.conv.weight`, ...      |
 * | ipc-lab/kaira                 | residual-attention  | `g_a.0.conv1.weight`, `g_s...`          |
 *
 * The first trains with unit power and noise of variance 1 / (2 snr) for each REAL value: its labels
 * are 3.01 dB below Es/N0, and its decoder expects sqrt(2) times symbols of unit power. Here the first
 * layer of the decoder takes that factor in, and the label becomes Es/N0.
 *
 * @module
 */
import { FormatError, OptionError } from "../../core/errors.ts";
import type {
  ForeignWeights,
  ImportedParameter,
  ImportedWeights,
  ImportWish,
} from "../../core/tensor/checkpoint/importer.ts";
import { toDecibel } from "../../core/units.ts";
import type { Network } from "../../core/tensor/jscc/network.ts";
import type { PresetName } from "./options.ts";
import { networkOf } from "./presets.ts";

/** Weights of one publisher: what they are, and where each parameter of the network stands. */
interface Publication {
  readonly title: string;
  readonly preset: PresetName;
  readonly network: Network;
  /** The file's name of a parameter. */
  readonly nameOf: (parameter: string) => string;
  /** What the decoder expects, as a multiple of symbols of unit power. */
  readonly scale: number;
  /** How far Es/N0 is above the SNR that the file's name says, in dB. */
  readonly aboveLabelDb: number;
}

/** Reads the weights of any of the publications. */
export async function importDeepJscc(
  foreign: ForeignWeights,
  wish: ImportWish,
): Promise<ImportedWeights> {
  const publication = recognise(foreign);
  const { preset, network, scale } = publication;
  if (wish.preset !== undefined && wish.preset !== preset) {
    throw new OptionError(`--preset: "${foreign.file}" is of ${preset}; got "${wish.preset}"`);
  }
  const snrDb = trainedSnr(foreign.file, publication, wish);
  const parameters = new Map<string, ImportedParameter>();
  for (const [name, { shape }] of Object.entries(network.declarations)) {
    const values = await foreign.floats(publication.nameOf(name), shape);
    const isScaled = scale !== 1 && name === FIRST_OF_DECODER;
    parameters.set(name, { shape, values: isScaled ? values.map((v) => v * scale) : values });
  }
  const cbr = fraction(network.latent, 6 * network.stride ** 2);
  return {
    parameters,
    manifest: {
      codec: "deepjscc",
      preset,
      version: "1",
      options: network.options,
      snrDb,
      cbr,
      steps: 0,
      hours: 0,
      seed: 0,
      device: "not known",
      data: `published weights: ${publication.title}`,
      loss: "mse",
      validation: {},
    },
    notes: notesOf(publication, snrDb),
  };
}

const FIRST_OF_DECODER = "decoder.tconv1.transconv.weight";

function recognise(foreign: ForeignWeights): Publication {
  const { shapes, file } = foreign;
  const bias = (name: string): number | undefined => shapes.get(name)?.[0];
  const chunbaobao = bias("encoder.conv5.conv.bias");
  if (chunbaobao !== undefined) {
    return {
      title: "chunbaobao/Deep-JSCC-PyTorch",
      preset: "bourtsoulatze-2019",
      network: networkOf("bourtsoulatze-2019", { latent: chunbaobao }),
      nameOf: (parameter) => parameter,
      scale: Math.SQRT2,
      aboveLabelDb: toDecibel(2),
    };
  }
  const kaira = bias("encoder.model.4.conv.bias");
  if (kaira !== undefined) {
    return {
      title: "ipc-lab/kaira, Bourtsoulatze2019DeepJSCC",
      preset: "bourtsoulatze-2019",
      network: networkOf("bourtsoulatze-2019", { latent: kaira }),
      nameOf: (parameter) =>
        parameter.replace(/\.t?conv(\d)\./, (_, layer) => `.model.${Number(layer) - 1}.`),
      scale: 1,
      aboveLabelDb: 0,
    };
  }
  const prefix = [...shapes.keys()].map((name) => /^(.*)g_a\.0\.conv1\.weight$/.exec(name)?.[1])
    .find((found) => found !== undefined);
  const latent = prefix === undefined ? undefined : bias(`${prefix}g_a.7.conv1.bias`);
  const width = prefix === undefined ? undefined : bias(`${prefix}g_a.0.conv1.bias`);
  if (latent !== undefined && width !== undefined) {
    const side = (parameter: string): string => parameter.startsWith("g_a") ? "g_a" : "g_s";
    const prefixes = new Map(["g_a", "g_s"].map((part) => [part, prefixOf(foreign, part)]));
    return {
      title: "ipc-lab/kaira, Tung2022DeepJSCCQ",
      preset: "residual-attention",
      network: networkOf("residual-attention", { latent, width }),
      nameOf: (parameter) => prefixes.get(side(parameter)) + parameter,
      scale: 1,
      aboveLabelDb: 0,
    };
  }
  const some = [...shapes.keys()].slice(0, 3).map((name) => JSON.stringify(name)).join(", ");
  throw new FormatError(
    `Cannot import "${file}": weights of chunbaobao/Deep-JSCC-PyTorch or ipc-lab/kaira ` +
      `(Bourtsoulatze2019, Tung2022DeepJSCCQ) are wanted; it has ${some || "no tensors"}`,
  );
}

/** What stands before `g_a.` or `g_s.`: encoder and decoder may be parts of a larger model. */
function prefixOf({ shapes }: ForeignWeights, part: string): string {
  const name = [...shapes.keys()].find((name) => name.includes(`${part}.0.`)) ?? "";
  return name.slice(0, Math.max(0, name.indexOf(`${part}.0.`)));
}

/** Es/N0 in dB, from the option or the label in the file's name. */
function trainedSnr(file: string, { aboveLabelDb }: Publication, { snrDb }: ImportWish): number {
  if (snrDb !== undefined) return snrDb;
  const label = /snr_?(-?\d+(?:\.\d+)?)/i.exec(file)?.[1] ??
    /CIFAR10_\d+_(-?\d+(?:\.\d+)?)_/.exec(file)?.[1];
  if (label !== undefined) return Math.round(100 * (Number(label) + aboveLabelDb)) / 100;
  throw new OptionError(
    `--snr: Es/N0 in dB that the weights were trained at; neither "${file}" nor its name say it` +
      (aboveLabelDb > 0 ? ` (the publisher's SNR + ${aboveLabelDb.toFixed(2)} dB)` : ""),
  );
}

/** "1/12" for 8 and 96. */
function fraction(numerator: number, denominator: number): string {
  let [a, b] = [numerator, denominator];
  while (b > 0) [a, b] = [b, a % b];
  return `${numerator / a}/${denominator / a}`;
}

function notesOf({ title, scale, aboveLabelDb }: Publication, snrDb: number): string[] {
  const notes = [`weights of ${title}, trained at Es/N0 = ${snrDb} dB`];
  if (scale !== 1) {
    notes.push(
      `the decoder's first layer is multiplied by ${scale.toFixed(4)}: it was trained on symbols ` +
        "of unit power for each real value",
      `Es/N0 is ${aboveLabelDb.toFixed(2)} dB above the publisher's SNR`,
    );
  } else {
    notes.push("assumed: trained on symbols of unit mean power with noise of that Es/N0");
  }
  return notes;
}
