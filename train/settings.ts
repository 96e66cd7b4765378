/**
 * What determines the result of a training, as plain JSON: it is kept in every training checkpoint,
 * so that a resumed run goes on as it was begun.
 *
 * @module
 */
import { OptionError } from "../core/errors.ts";
import { type Schedule, warmupCosine, warmupStableDecay } from "../core/tensor/nn/schedule.ts";
import type { TrainingGoal } from "../core/tensor/trainable.ts";
import { parseRatio } from "../core/units.ts";
import type { CropRequest } from "./crops.ts";

/** Settings of a training. */
export interface TrainingSettings {
  readonly codec: string;
  readonly preset: string;
  readonly stage: number;
  readonly snrDb: number;
  /** As it came, `1/48`. */
  readonly cbr: string;
  /** Settings of the codec, by name. */
  readonly codecSettings: Readonly<Record<string, string>>;
  /** Folder of photographs to train on. */
  readonly data: string;
  /** Folder to validate on; null: some pictures of `data` are held out. */
  readonly valid: string | null;
  /** Crops of a step. */
  readonly batch: number;
  /** Side of the crops in pixels. */
  readonly crop: number;
  /** Last steps with crops of twice the side and a quarter of the batch. */
  readonly largeCrops: number;
  /** Highest learning rate. */
  readonly rate: number;
  readonly schedule: "stable" | "cosine";
  /** Steps in all. */
  readonly steps: number;
  readonly warmup: number;
  /** Steps over which the rate falls (schedule "stable"); null: a quarter of all. */
  readonly cooldown: number | null;
  /** Largest norm of the gradient. */
  readonly clip: number;
  /** Weight of the past in the running average of the weights. */
  readonly ema: number;
  readonly seed: number;
  /** For decoded photographs. */
  readonly memoryMiB: number;
  /** Copies of the network that share a batch. */
  readonly replicas: number;
}

/** What is taken where nothing is said. */
export const DEFAULTS = {
  stage: 1,
  snrDb: 10,
  cbr: "1/48",
  codecSettings: {},
  valid: null,
  batch: 8,
  crop: 128,
  largeCrops: 0,
  rate: 6e-4,
  schedule: "stable",
  steps: 12_000,
  warmup: 100,
  cooldown: null,
  clip: 1,
  ema: 0.998,
  seed: 1,
  memoryMiB: 1024,
  replicas: 1,
} as const satisfies Partial<TrainingSettings>;

/** Share of the peak at which the cosine ends. */
const COSINE_END = 0.02;

/** What the codec is told. */
export function goalOf(settings: TrainingSettings): TrainingGoal {
  const { snrDb, preset, stage, codecSettings } = settings;
  const cbr = parseRatio(settings.cbr, "--cbr");
  return { snrDb, cbr, preset, stage, settings: codecSettings };
}

/**
 * The learning rate by step. A short training has a short warm-up: a tenth at most.
 *
 * @throws {OptionError} When a number is not what it should be.
 */
export function scheduleOf(settings: TrainingSettings): Schedule {
  const { rate: peak, steps, schedule } = settings;
  const warmup = Math.min(settings.warmup, Math.floor(steps / 10));
  if (schedule === "cosine") return warmupCosine({ peak, steps, warmup, least: COSINE_END });
  const cooldown = settings.cooldown ?? Math.floor(steps / 4);
  return warmupStableDecay({ peak, steps, warmup, cooldown });
}

/** The crops that a step needs; undefined behind the last step. */
export function cropsOf(settings: TrainingSettings, step: number): CropRequest | undefined {
  const { steps, largeCrops, batch: count, crop: side, replicas } = settings;
  if (step >= steps) return undefined;
  if (step < steps - largeCrops) return { step, count, side };
  const quarter = Math.floor(count / 4 / replicas) * replicas;
  return { step, count: Math.max(replicas, quarter), side: 2 * side };
}

/** Longest side of a crop in this training. */
export function largestCrop({ crop, largeCrops }: TrainingSettings): number {
  return largeCrops > 0 ? 2 * crop : crop;
}

/**
 * Checks what the codec's network says about sizes.
 *
 * @param stride Sides of crops must be multiples of it.
 * @throws {OptionError} When crop or batch do not fit.
 */
export function checkSizes({ crop, batch, replicas }: TrainingSettings, stride: number): void {
  if (crop % stride !== 0) {
    throw new OptionError(`--crop: a multiple of ${stride} for this codec; got ${crop}`);
  }
  if (batch % replicas !== 0) {
    throw new OptionError(
      `--batch: a multiple of the ${replicas} replicas that share it; got ${batch}`,
    );
  }
}
