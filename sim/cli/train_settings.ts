/**
 * From the command line to the settings of a training.
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import type { TensorOptions } from "../../core/tensor/engine.ts";
import type { TrainablePlugin } from "../../core/tensor/trainable.ts";
import { parseRatio } from "../../core/units.ts";
import { DEFAULTS, type TrainingSettings } from "../../train/settings.ts";
import type { TrainingRecord } from "../../train/state_file.ts";
import type { Arguments } from "./arguments.ts";

/**
 * Defaults, overridden by what a checkpoint was trained with, overridden by the options.
 *
 * @param plugin Of the codec.
 * @throws {OptionError} When an option is missing or wrong.
 */
export function readTrainingSettings(
  given: Arguments,
  plugin: TrainablePlugin,
  former?: TrainingSettings,
): TrainingSettings {
  const text = (name: string): string | undefined => given.get(name)?.[0];
  const number = (
    name: string,
    fallback: number,
    least: number,
    most = Number.MAX_SAFE_INTEGER,
  ): number => readNumber(text(name), name, fallback, least, most);
  const integer = (name: string, fallback: number, least: number, most?: number): number => {
    const value = number(name, fallback, least, most);
    if (Number.isInteger(value)) return value;
    throw new OptionError(`--${name}: an integer; got "${text(name)}"`);
  };
  const base = { ...DEFAULTS, preset: plugin.presets[0] ?? "", ...former };
  const data = text("data") ?? former?.data;
  if (data === undefined) throw new OptionError("--data: the folder of photographs to train on");
  const cbr = text("cbr") ?? base.cbr;
  parseRatio(cbr, "--cbr");
  return {
    codec: plugin.codec,
    preset: oneOf(text("preset") ?? base.preset, plugin.presets, "--preset"),
    stage: integer("stage", base.stage, 1, plugin.stages),
    snrDb: number("snr", base.snrDb, -100, 100),
    cbr,
    codecSettings: { ...base.codecSettings, ...readPairs(given.get("set") ?? []) },
    data,
    valid: text("valid") ?? base.valid,
    batch: integer("batch", base.batch, 1),
    crop: integer("crop", base.crop, 1),
    largeCrops: integer("large-crops", base.largeCrops, 0),
    rate: number("rate", base.rate, 1e-12, 1e3),
    schedule: oneOf(text("schedule") ?? base.schedule, ["stable", "cosine"] as const, "--schedule"),
    steps: integer("steps", base.steps, 1),
    warmup: integer("warmup", base.warmup, 0),
    cooldown: given.has("cooldown") ? integer("cooldown", 0, 0) : base.cooldown,
    clip: number("clip", base.clip, 1e-12, Infinity),
    ema: number("ema", base.ema, 0, 1),
    seed: integer("seed", base.seed, 0),
    memoryMiB: integer("memory", base.memoryMiB, 1),
    replicas: integer("replicas", base.replicas, 1, 256),
  };
}

/**
 * Refuses to go on with a training as another one.
 *
 * @throws {OptionError} Naming the option.
 */
export function checkResumed(given: Arguments, { settings }: TrainingRecord, file: string): void {
  const fixed = { codec: settings.codec, preset: settings.preset, stage: `${settings.stage}` };
  for (const [name, was] of Object.entries({ ...fixed, cbr: settings.cbr })) {
    const wanted = given.get(name)?.[0];
    if (wanted === undefined || wanted === was) continue;
    if (name === "cbr" && parseRatio(wanted, "--cbr") === parseRatio(was, "--cbr")) continue;
    throw new OptionError(
      `--resume: "${file}" is a training of ${name} ${was}; got --${name} ${wanted}; ` +
        `start from its weights with --init`,
    );
  }
}

/** @throws {OptionError} When backend or threads are wrong. */
export function readEngine(given: Arguments, replicas: number): TensorOptions {
  const name = oneOf(given.get("backend")?.[0] ?? "auto", BACKENDS, "--backend");
  const cores = Math.max(1, Math.floor(navigator.hardwareConcurrency / replicas));
  const threads = readNumber(given.get("threads")?.[0], "threads", cores, 1, 1024);
  if (!Number.isInteger(threads)) {
    throw new OptionError(`--threads: an integer; got "${given.get("threads")?.[0]}"`);
  }
  switch (name) {
    case "auto":
      return { backend: "auto", threads };
    case "webgpu":
      return { backend: "webgpu" };
    case "native":
      return { backend: "wasm", native: true, threads };
    case "wasm":
      return { backend: "wasm", native: false };
    case "portable":
      return { backend: "wasm", portable: true };
  }
}

const BACKENDS = ["auto", "webgpu", "native", "wasm", "portable"] as const;

/** A number of minutes, from 0 up. */
export function readMinutes(given: Arguments, name: string, fallback: number): number {
  return readNumber(given.get(name)?.[0], name, fallback, 0, 1e7);
}

/** Decibels of `--diverged-db`. */
export function readFall(given: Arguments): number {
  return readNumber(given.get("diverged-db")?.[0], "diverged-db", 1, 0, Infinity);
}

function readNumber(
  text: string | undefined,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  if (text === undefined) return fallback;
  const value = text.trim() === "" ? NaN : Number(text);
  if (value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER || most === Infinity
    ? `${least} or more`
    : `from ${least} to ${most}`;
  throw new OptionError(`--${name}: a number, ${range}; got "${text}"`);
}

function oneOf<T extends string>(text: string, known: readonly T[], name: string): T {
  const found = known.find((one) => one === text);
  if (found !== undefined) return found;
  throw new OptionError(
    `${name}: one of ${known.join(", ")}; got "${text}"${nearest(text, known)}`,
  );
}

function readPairs(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => {
    const [, key, value] = /^([^=\s]+)=(.*)$/.exec(pair) ?? [];
    if (key === undefined || value === undefined) {
      throw new OptionError(`--set: KEY=VALUE; got "${pair}"`);
    }
    return [key, value];
  }));
}
