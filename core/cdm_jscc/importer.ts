/**
 * Published weights of CDM-JSCC (zhang-guangyi/cdm-jscc, `.pt`), for preset `paper`.
 *
 * A file is a training state: `step`, `model`, `ema`. What is taken is the running average,
 * `ema.ema_model.*`, as the published test does; a file with the names alone is read too. The
 * perceptual loss (`loss_fn_vgg`), masks, rotations and the schedule's buffers are left behind: they
 * are known.
 *
 * Deviation of the published code that follows its weights: none of it is trained for a picture's own
 * power; for one picture at a time its batch's power is the same.
 *
 * @module
 */
import { FormatError, OptionError } from "../errors.ts";
import type {
  ForeignWeights,
  ImportedParameter,
  ImportedWeights,
  ImportWish,
} from "../tensor/checkpoint/importer.ts";
import { PAPER } from "./architecture.ts";
import { declareNetworks } from "./networks.ts";

/** Where the names of a file may begin, the best first. */
const PREFIXES = ["ema.ema_model.", "ema_model.", "model.", "ema.online_model.", ""];
const A_PARAMETER = "denoise_fn.final_conv.1.weight";

/** Symbols a bit at the published operating points, for the perceptual models at 10 dB. */
const PUBLISHED_ETA: Readonly<Record<string, number>> = { "1/48": 0.13, "1/24": 0.316 };

/** Reads the weights of a training state. */
export async function importCdmJscc(
  foreign: ForeignWeights,
  wish: ImportWish,
): Promise<ImportedWeights> {
  if (wish.preset !== undefined && wish.preset !== PAPER.preset) {
    throw new OptionError(`--preset: "${foreign.file}" is of paper; got "${wish.preset}"`);
  }
  const prefix = PREFIXES.find((start) => foreign.shapes.has(start + A_PARAMETER));
  if (prefix === undefined) {
    throw new FormatError(
      `Cannot import "${foreign.file}": the names of CDM-JSCC are wanted, such as ` +
        `"ema.ema_model.${A_PARAMETER}"; it has ${foreign.shapes.size} others`,
    );
  }
  const parameters = new Map<string, ImportedParameter>();
  for (const [name, { shape }] of Object.entries(declareNetworks(PAPER))) {
    parameters.set(name, { shape, values: await foreign.floats(prefix + name, shape) });
  }
  const cbr = /1[-_]24|cbr_?24/i.test(foreign.file) ? "1/24" : "1/48";
  return {
    parameters,
    manifest: {
      codec: "cdm-jscc",
      preset: PAPER.preset,
      version: "1",
      options: { latent: PAPER.latent, rates: PAPER.rates, eta: PUBLISHED_ETA[cbr] as number },
      snrDb: trainedSnr(foreign.file, wish),
      cbr,
      steps: 0,
      hours: 0,
      seed: 0,
      device: "unknown",
      data: "published weights, zhang-guangyi/cdm-jscc",
      loss: "unknown",
      validation: {},
    },
    notes: [
      `taken from "${prefix}*", ${parameters.size} parameters`,
      `assumed: CBR ${cbr}, eta ${PUBLISHED_ETA[cbr]} of the published perceptual model; ` +
      "steps, hours and seed of the training are not in the file",
    ],
  };
}

function trainedSnr(file: string, { snrDb }: ImportWish): number {
  const said = /snr[-_=]?(-?\d+(?:\.\d+)?)/i.exec(file)?.[1];
  if (snrDb !== undefined) return snrDb;
  if (said !== undefined) return Number(said);
  throw new OptionError(
    `--snr: "${file}" does not say at which SNR it was trained; say it (the published ones: 10)`,
  );
}
