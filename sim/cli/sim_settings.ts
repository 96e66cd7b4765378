/**
 * From the command line to an experiment (what determines results) and settings (what does not).
 *
 * @module
 */
import type { SideInformationPrice } from "../../core/codec.ts";
import { OptionError } from "../../core/errors.ts";
import { parseOptions, parseSpec, type Spec } from "../../core/options.ts";
import type { TensorOptions } from "../../core/tensor/engine.ts";
import {
  type AssumedSnr,
  checkExperiment,
  DEFAULTS,
  type Experiment,
  readExperiment,
} from "../experiment.ts";
import { isAbsent } from "../files.ts";
import { metrics as knownMetrics } from "../metrics/mod.ts";
import type { Plugins } from "../plugins.ts";
import { parseShard, type Shard } from "../shard.ts";
import { parseSlurm, type SlurmSettings } from "../slurm/settings.ts";
import type { Arguments } from "./arguments.ts";
import { DEFAULT_MEMORY_LIMIT_MIB, DEFAULT_OUT, DEFAULT_TIME_LIMIT_S } from "./sim_arguments.ts";

/** How to run; nothing of it changes a result (tensors: by more than 1e-5). */
export interface Settings {
  readonly out: string;
  readonly workers: number;
  readonly timeLimitMs: number;
  readonly memoryLimitBytes: number;
  readonly tensors: TensorOptions;
  /** Only this share is computed. */
  readonly shard?: Shard;
  /** A cluster computes. */
  readonly slurm?: SlurmSettings;
  readonly dryRun: boolean;
  readonly quiet: boolean;
}

/** @throws {OptionError} When a number is out of its range. */
export function readSettings(given: Arguments): Settings {
  const number = (name: string, fallback: number, most: number): number =>
    readNumber(only(given, name) ?? String(fallback), `--${name}`, 1, most);
  return {
    out: only(given, "out") ?? DEFAULT_OUT,
    workers: number("workers", navigator.hardwareConcurrency, 1024),
    timeLimitMs: 1000 * number("time-limit", DEFAULT_TIME_LIMIT_S, 1e6),
    memoryLimitBytes: 2 ** 20 * number("memory-limit", DEFAULT_MEMORY_LIMIT_MIB, 1e6),
    tensors: readBackend(only(given, "backend") ?? "auto"),
    dryRun: given.has("dry-run"),
    quiet: given.has("quiet"),
    ...readMachines(given),
  };
}

/** @throws {OptionError} When a share or the cluster's settings are wrong, or both are given. */
function readMachines(given: Arguments): Pick<Settings, "shard" | "slurm"> {
  const shard = only(given, "shard"), slurm = given.get("slurm");
  if (shard !== undefined && slurm) {
    throw new OptionError("--shard and --slurm: one of them; an array makes its shards by itself");
  }
  if (shard !== undefined && given.has("dry-run")) {
    throw new OptionError("--dry-run: of the whole experiment; leave --shard away");
  }
  return {
    ...shard === undefined ? {} : { shard: parseShard(shard, "--shard") },
    ...slurm ? { slurm: parseSlurm(slurm) } : {},
  };
}

/**
 * Defaults, overridden by the experiment file, overridden by the options.
 *
 * @throws {OptionError} On anything that is unknown or out of range; known ids are named.
 */
export function buildExperiment(
  given: Arguments,
  file: Partial<Experiment>,
  plugins: Plugins,
): Experiment {
  const base: Experiment = {
    ...DEFAULTS,
    codecs: plugins.codecs.ids().map((id) => ({ id, options: {} })),
    ...file,
  };
  const experiment = checkExperiment({
    codecs: specs(given, "codecs") ?? base.codecs.map(completed),
    plugins: given.get("plugin") ?? base.plugins,
    data: only(given, "data") ?? base.data,
    images: given.has("images")
      ? readNumber(only(given, "images") as string, "--images", 1, 1e9)
      : base.images,
    snrDb: numbers(given, "snr") ?? base.snrDb,
    assumedSnrDb: list(given, "assumed-snr")?.map(readAssumed) ?? base.assumedSnrDb,
    cbr: list(given, "cbr") ?? base.cbr,
    channels: specs(given, "channel") ?? base.channels.map(completed),
    sideInformation: readSide(only(given, "side") ?? base.sideInformation),
    metrics: list(given, "metrics") ?? base.metrics,
    trials: given.has("trials")
      ? readNumber(only(given, "trials") as string, "--trials", 1, 1e6)
      : base.trials,
    pictures: readPictures(given) ?? base.pictures,
    halfWidth: given.has("half-width") ? readHalfWidths(given) : base.halfWidth,
    seed: given.has("seed")
      ? readNumber(only(given, "seed") as string, "--seed", 0, Number.MAX_SAFE_INTEGER)
      : base.seed,
  });
  checkIds(experiment, plugins);
  return experiment;
}

/** All that a run would refuse later is refused now. */
function checkIds({ codecs, channels, metrics, halfWidth }: Experiment, plugins: Plugins): void {
  for (const { id, options } of codecs) {
    parseOptions(plugins.codecs.get(id).options, options, `codec ${id}`);
  }
  for (const { id, options } of channels) {
    parseOptions(plugins.channels.get(id).options, options, `channel ${id}`);
  }
  if (metrics.length === 0) throw new OptionError("--metrics: at least one; got none");
  for (const id of metrics) knownMetrics().get(id);
  for (const id of Object.keys(halfWidth)) {
    if (knownMetrics().get(id).info.kind === "image") continue;
    throw new OptionError(`--half-width ${id}: a metric of single pictures; this one is of sets`);
  }
}

const EXPERIMENTS = new URL("../experiments/", import.meta.url);

/**
 * What `--experiment` names; nothing when it is not given.
 *
 * @throws {OptionError} When there is no such file or name, or it holds something else.
 */
export async function loadExperiment(given: Arguments): Promise<Partial<Experiment>> {
  const named = only(given, "experiment");
  if (named === undefined) return {};
  const path = /^[\w-]+$/.test(named) ? new URL(`${named}.json`, EXPERIMENTS) : named;
  try {
    return readExperiment(await Deno.readTextFile(path), named);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    const names = [...Deno.readDirSync(EXPERIMENTS)].map(({ name }) => name.replace(".json", ""));
    throw new OptionError(
      `--experiment: a file, or one of ${names.sort().join(", ")}; got "${named}"`,
    );
  }
}

function completed({ id, options }: Spec): Spec {
  return { id, options: options ?? {} };
}

function only(given: Arguments, name: string): string | undefined {
  return given.get(name)?.[0];
}

function list(given: Arguments, name: string): string[] | undefined {
  return given.get(name)?.flatMap((text) => text.split(",")).map((text) => text.trim());
}

function numbers(given: Arguments, name: string): number[] | undefined {
  return list(given, name)?.map((text) =>
    readNumber(text, `--${name}`, -Infinity, Infinity, false)
  );
}

function readAssumed(text: string): AssumedSnr {
  return text === "true" ? text : readNumber(text, "--assumed-snr", -Infinity, Infinity, false);
}

function specs(given: Arguments, name: string): Spec[] | undefined {
  return given.get(name)?.map((text) => parseSpec(text, `--${name}`));
}

function readNumber(text: string, name: string, min: number, max: number, whole = true): number {
  const number = text.trim() === "" ? NaN : Number(text);
  if (
    number >= min && number <= max && Number.isFinite(number) &&
    (!whole || Number.isInteger(number))
  ) {
    return number;
  }
  const range = Number.isFinite(max) ? ` from ${min} to ${max}` : "";
  throw new OptionError(`${name}: ${whole ? "an integer" : "a number"}${range}; got "${text}"`);
}

/** A number, or names. */
function readPictures(given: Arguments): number | string[] | undefined {
  const texts = list(given, "pictures");
  const [text = ""] = texts ?? [];
  return texts?.length === 1 && /^\d+$/.test(text) ? Number(text) : texts;
}

/** One thread a worker: they run side by side, and bits depend on the number of threads. */
const BACKENDS: Readonly<Record<string, TensorOptions>> = {
  auto: {},
  webgpu: { backend: "webgpu" },
  native: { backend: "wasm", native: true },
  wasm: { backend: "wasm", native: false },
  portable: { backend: "wasm", portable: true },
};

function readBackend(text: string): TensorOptions {
  const tensors = Object.hasOwn(BACKENDS, text) ? BACKENDS[text] : undefined;
  if (tensors) return tensors;
  throw new OptionError(
    `--backend: one of ${Object.keys(BACKENDS).join(", ")}; got "${text}"`,
  );
}

const PRICES: readonly SideInformationPrice[] = ["ideal", "ldpc", "free"];

function readSide(text: string): SideInformationPrice {
  const price = PRICES.find((one) => one === text);
  if (price) return price;
  throw new OptionError(`--side: one of ${PRICES.join(", ")}; got "${text}"`);
}

function readHalfWidths(given: Arguments): Record<string, number> {
  const pairs = (list(given, "half-width") as string[]).map((text) => {
    const [metric = "", width = ""] = text.split("=");
    if (!metric || !width) {
      throw new OptionError(`--half-width: metric=value, such as psnr=0.1; got "${text}"`);
    }
    return [metric, readNumber(width, `--half-width ${metric}`, 0, Infinity, false)] as const;
  });
  return Object.fromEntries(pairs);
}
