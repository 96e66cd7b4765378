/**
 * The shipped form of a training: averaged weights in half precision, and a manifest that says what
 * they are.
 *
 * @module
 */
import { sha256 } from "../core/digest.ts";
import { OptionError } from "../core/errors.ts";
import { type CheckpointManifest, formatManifest } from "../core/tensor/checkpoint/manifest.ts";
import { type TensorToWrite, writeSafetensors } from "../core/tensor/checkpoint/safetensors.ts";
import { shapesOf } from "../core/tensor/nn/parameters.ts";
import type { Trainable } from "../core/tensor/trainable.ts";
import type { Snapshot } from "./network.ts";
import type { TrainingRecord } from "./state_file.ts";

/** Two files with one name. */
export interface ShippedFiles {
  readonly weights: Uint8Array<ArrayBuffer>;
  readonly manifest: string;
}

/** `deepjscc-compact-cbr1_48-snr10`: what files of this training are called. */
export function shippedName({ settings }: Pick<TrainingRecord, "settings">): string {
  const { codec, preset, stage, cbr, snrDb } = settings;
  const part = stage > 1 ? `-stage${stage}` : "";
  return `${codec}-${preset}${part}-cbr${cbr.replaceAll("/", "_")}-snr${snrDb}`;
}

/**
 * Weights and manifest.
 *
 * @param validation Metrics of these weights, by name.
 */
export async function shippedFiles(
  trainable: Trainable,
  record: TrainingRecord,
  snapshot: Snapshot,
  validation: Readonly<Record<string, number>>,
): Promise<ShippedFiles> {
  const { weights, dtype } = formatWeights(trainable, snapshot);
  const { settings } = record;
  const manifest: CheckpointManifest = {
    codec: settings.codec,
    preset: settings.preset,
    version: record.version,
    options: record.options,
    snrDb: settings.snrDb,
    cbr: settings.cbr,
    digest: `sha256:${await sha256(weights)}`,
    dtype,
    steps: record.step,
    hours: Math.round(100 * record.hours) / 100,
    seed: settings.seed,
    device: record.engine,
    data: `${record.pictures} photographs, crops of ${settings.crop}`,
    loss: trainable.loss,
    validation,
  };
  return { weights, manifest: formatManifest(manifest) };
}

/** In half precision, or in single where a weight is too large for that. */
function formatWeights(
  { declarations, shipped }: Trainable,
  { values, average }: Snapshot,
): { weights: Uint8Array<ArrayBuffer>; dtype: "f16" | "f32" } {
  const chosen = [...shapesOf(declarations)].filter(([name]) => shipped(name));
  const tensors = (dtype: "F16" | "F32"): Map<string, TensorToWrite> =>
    new Map(chosen.map(([name, shape]) => {
      const numbers = average.get(name) ?? values.get(name) ?? new Float32Array();
      return [name, { shape, values: numbers, dtype }];
    }));
  try {
    return { weights: writeSafetensors(tensors("F16")), dtype: "f16" };
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    return { weights: writeSafetensors(tensors("F32")), dtype: "f32" };
  }
}
