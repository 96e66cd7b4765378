/**
 * Settings of a training of CDM-JSCC, as texts from the command line.
 *
 * | setting      | meaning                                               | default            |
 * | ------------ | ----------------------------------------------------- | ------------------ |
 * | `lambda`     | weight of the bits a pixel                            | 0.04               |
 * | `alpha`      | share of perception; 0: no perceptual network         | 0.5                |
 * | `perceptual` | folder with the weights of LPIPS-squeeze              | none               |
 * | `eta`        | symbols a bit                                         | 0.13 paper, or 0.2 |
 * | `prediction` | what the U-Net learns: x or epsilon                   | x                  |
 * | `mask`       | checkerboard, sequential or random                    | checkerboard       |
 *
 * @module
 */
import { OptionError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { userUrl } from "../tensor/checkpoint/shelf.ts";
import {
  fromFolder,
  LPIPS_SQUEEZE_FILES,
  openLpipsSqueeze,
  type PerceptualDistance,
} from "../tensor/perceptual/lpips_squeeze.ts";
import { parseOptions } from "../options.ts";
import { OPTIONS } from "./options.ts";
import type { MaskOrder } from "./rate_allocation.ts";
import type { Prediction } from "./sampler.ts";

const SETTINGS = ["lambda", "alpha", "perceptual", "eta", "prediction", "mask"];

/** The settings, checked. */
export interface CdmTrainingSettings {
  readonly lambda: number;
  readonly alpha: number;
  readonly eta: number;
  readonly prediction: Prediction;
  readonly mask: MaskOrder;
  /** @throws {CapabilityError} When the folder does not hold the weights. */
  openPerceptual(): Promise<PerceptualDistance>;
}

/** @throws {OptionError} For a setting that there is not, or a value out of range. */
export function readSettings(
  settings: Readonly<Record<string, string>>,
  preset: string,
): CdmTrainingSettings {
  for (const name of Object.keys(settings)) {
    if (SETTINGS.includes(name)) continue;
    throw new OptionError(`cdm-jscc: no setting "${name}"${nearest(name, SETTINGS)}`);
  }
  const { prediction = "x", mask = "checkerboard" } = settings;
  const words = parseOptions(
    { prediction: OPTIONS.prediction, mask: OPTIONS.mask },
    { prediction, mask },
    "cdm-jscc",
  ) as Pick<CdmTrainingSettings, "prediction" | "mask">;
  return {
    lambda: readNumber("lambda", settings["lambda"], 0.04, 1e6),
    alpha: readNumber("alpha", settings["alpha"], 0.5, 1),
    eta: readNumber("eta", settings["eta"], preset === "paper" ? 0.13 : 0.2, 1e3),
    ...words,
    openPerceptual: () => openPerceptual(settings["perceptual"]),
  };
}

async function openPerceptual(folder: string | undefined): Promise<PerceptualDistance> {
  if (folder === undefined) {
    const { network, taps } = LPIPS_SQUEEZE_FILES;
    throw new OptionError(
      `cdm-jscc: setting perceptual: the folder with "${network}" and "${taps}" is wanted; ` +
        "or alpha=0 to train without a perceptual network",
    );
  }
  return await openLpipsSqueeze(fromFolder(await userUrl(folder.replace(/\/?$/, "/"))));
}

function readNumber(
  name: string,
  text: string | undefined,
  fallback: number,
  most: number,
): number {
  if (text === undefined) return fallback;
  const value = Number(text.trim() || NaN);
  if (value >= 0 && value <= most) return value;
  throw new OptionError(`${name}: a number from 0 to ${most}; got "${text}"`);
}
