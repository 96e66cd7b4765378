/**
 * Settings of a training of GAN-JSCC, as texts from the command line.
 *
 * | setting       | meaning                                              | default           |
 * | ------------- | ---------------------------------------------------- | ----------------- |
 * | `distortion`  | K_M, weight of the MSE on the scale 0..255           | 0.01              |
 * | `perception`  | K_P, weight of LPIPS; 0: no perceptual network       | 1                 |
 * | `beta`        | weight of the adversarial loss in stage 2            | 5                 |
 * | `perceptual`  | folder with the weights of LPIPS-squeeze             | none              |
 * | `width`       | channels N of presets `paper`, `hific`               | 256, 60           |
 * | `filters`     | channels of the discriminator: 16-32-64-128          | of the preset     |
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import { userUrl } from "../../core/tensor/checkpoint/shelf.ts";
import {
  fromFolder,
  LPIPS_SQUEEZE_FILES,
  openLpipsSqueeze,
  type PerceptualDistance,
} from "../../core/tensor/perceptual/lpips_squeeze.ts";
import { LOSS_WEIGHTS } from "./adversarial_loss.ts";
import type { Filters } from "./discriminator.ts";
import type { PresetName } from "./options.ts";

const SETTINGS = ["distortion", "perception", "beta", "perceptual", "width", "filters"];

/** Of preset paper: below it the attention would have no hidden value. */
const LEAST_WIDTH = 15;

/** Weights of the generator's loss. */
export interface Weights {
  readonly distortion: number;
  readonly perception: number;
  readonly adversarial: number;
}

/** The settings, checked. */
export interface GanTrainingSettings {
  readonly weights: Weights;
  readonly width: number | undefined;
  readonly filters: Filters | undefined;
  /** @throws {CapabilityError} When the folder does not hold the weights. */
  openPerceptual(): Promise<PerceptualDistance>;
}

/** @throws {OptionError} For a setting that there is not, or a value out of range. */
export function readSettings(
  settings: Readonly<Record<string, string>>,
  preset: PresetName,
): GanTrainingSettings {
  for (const name of Object.keys(settings)) {
    if (SETTINGS.includes(name)) continue;
    throw new OptionError(`gan-jscc: no setting "${name}"${nearest(name, SETTINGS)}`);
  }
  const { distortion, perception, adversarial } = LOSS_WEIGHTS;
  return {
    weights: {
      distortion: readWeight("distortion", settings["distortion"], distortion),
      perception: readWeight("perception", settings["perception"], perception),
      adversarial: readWeight("beta", settings["beta"], adversarial),
    },
    width: settings["width"] === undefined ? undefined : readWidth(settings["width"], preset),
    filters: settings["filters"] === undefined ? undefined : readFilters(settings["filters"]),
    openPerceptual: () => openPerceptual(settings["perceptual"]),
  };
}

async function openPerceptual(folder: string | undefined): Promise<PerceptualDistance> {
  if (folder === undefined) {
    const { network, taps } = LPIPS_SQUEEZE_FILES;
    throw new OptionError(
      `gan-jscc: setting perceptual: the folder with "${network}" and "${taps}" is wanted; ` +
        "or perception=0 to train without a perceptual network",
    );
  }
  return await openLpipsSqueeze(fromFolder(await userUrl(folder.replace(/\/?$/, "/"))));
}

function readWeight(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text.trim() || NaN);
  if (value >= 0 && value <= 1e6) return value;
  throw new OptionError(`${name}: a number from 0 to 1000000; got "${text}"`);
}

function readWidth(text: string, preset: PresetName): number {
  if (preset === "compact") {
    throw new OptionError(`width: preset ${preset} has none; got "${text}"`);
  }
  const width = Number(text), least = preset === "paper" ? LEAST_WIDTH : 1;
  if (Number.isInteger(width) && width >= least && width <= 1024) return width;
  throw new OptionError(`width: an integer from ${least} to 1024; got "${text}"`);
}

function readFilters(text: string): Filters {
  const filters = text.split("-").map(Number);
  const fits = filters.length === 4 && filters.every((n) => Number.isInteger(n) && n > 0);
  if (fits && Math.max(...filters) <= 1024) return filters as unknown as Filters;
  throw new OptionError(
    `filters: four numbers of channels up to 1024, such as 16-32-64-128; got "${text}"`,
  );
}
