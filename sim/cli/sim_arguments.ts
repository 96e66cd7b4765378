/**
 * The options of `deno task sim`, each with its unit and default. Loads nothing heavy: `--help`
 * answers at once.
 *
 * @module
 */
import type { Option } from "../../core/options.ts";
import { DEFAULTS } from "../experiment.ts";
import { SLURM_SETTINGS } from "../slurm/settings.ts";
import { type Argument, helpText, type Manual } from "./arguments.ts";

/** Where results go when nothing is said. */
export const DEFAULT_OUT = "out";
/** Seconds that a worker may be silent, for a picture of up to one megapixel. */
export const DEFAULT_TIME_LIMIT_S = 120;
/** MiB of memory a worker may take. */
export const DEFAULT_MEMORY_LIMIT_MIB = 3072;

/** All options. */
export const ARGUMENTS: readonly Argument[] = [
  {
    name: "codecs",
    value: "id[:key=value,...]",
    many: true,
    text: "what is compared; its options as in --list",
    default: "every codec that is ready",
  },
  {
    name: "data",
    value: "builtin|kodak|DIR",
    text: "pictures: generated scenes, the Kodak set, or a folder of PNG, JPEG or WebP files",
    default: DEFAULTS.data,
  },
  { name: "images", value: "N", text: "only the first N pictures", default: "all" },
  {
    name: "snr",
    value: "1,4,...",
    text: "true Es/N0 in dB; noise variance per complex symbol is 10^(-SNR/10)",
    default: DEFAULTS.snrDb.join(","),
  },
  {
    name: "assumed-snr",
    value: "true,8,...",
    text: "Es/N0 in dB that transmitter and receiver believe, or true; each at every --snr",
    default: "true",
  },
  {
    name: "cbr",
    value: "1/48,...",
    text: "channel bandwidth ratio: complex channel uses per source value, k / (3 W H)",
    default: DEFAULTS.cbr.join(","),
  },
  {
    name: "channel",
    value: "id[:key=value,...]",
    many: true,
    text: "channels, as in --list",
    default: DEFAULTS.channels.map(({ id }) => id).join(" "),
  },
  {
    name: "side",
    value: "ideal|ldpc|free",
    text: "price of side information in channel uses: at capacity, over the LDPC link, or none",
    default: DEFAULTS.sideInformation,
  },
  {
    name: "metrics",
    value: "psnr,ms-ssim,...",
    text: "what is measured, as in --list",
    default: DEFAULTS.metrics.join(","),
  },
  {
    name: "trials",
    value: "N",
    text: "noise realisations per picture (at most so many with --half-width)",
    default: String(DEFAULTS.trials),
  },
  {
    name: "pictures",
    value: "N|NAME,...",
    text: "how many pictures the report shows, or which; 0 keeps none",
    default: String(DEFAULTS.pictures),
  },
  {
    name: "half-width",
    value: "metric=0.1",
    many: true,
    text: "goes on until the 95 % half-width of a metric, in its unit, is reached",
  },
  {
    name: "seed",
    value: "N",
    text: "all randomness follows from it",
    default: String(DEFAULTS.seed),
  },
  {
    name: "workers",
    value: "N",
    text: "processes; results do not depend on it",
    default: "all cores",
  },
  {
    name: "backend",
    value: "auto|webgpu|native|wasm|portable",
    text:
      "what networks compute with: a GPU, oneDNN, WebAssembly, WebAssembly with the same bits everywhere; said in the summary",
    default: "auto",
  },
  {
    name: "shard",
    value: "2/5",
    text: "computes only this share of the units, for deno task merge",
  },
  {
    name: "slurm",
    value: "key=value",
    many: true,
    alone: true,
    text: `has a Slurm cluster compute, and waits for it; ${slurmKeys()}`,
  },
  {
    name: "out",
    value: "DIR",
    text: "folder of results; what it holds already is not computed again",
    default: DEFAULT_OUT,
  },
  {
    name: "experiment",
    value: "FILE|NAME",
    text: "reads an experiment.json, or one of those in sim/experiments; options override it",
  },
  {
    name: "plugin",
    value: "SPEC",
    many: true,
    text: "loads codecs and channels from a module: ./my_codec.ts, npm:..., a URL",
  },
  {
    name: "time-limit",
    value: "S",
    text: "seconds for one step on one megapixel; then the codec has failed on that picture",
    default: String(DEFAULT_TIME_LIMIT_S),
  },
  {
    name: "memory-limit",
    value: "MIB",
    text: "memory of one worker in MiB",
    default: String(DEFAULT_MEMORY_LIMIT_MIB),
  },
  { name: "dry-run", text: "prints what would be done and how long it would take" },
  { name: "list", text: "lists codecs, channels and metrics with their options" },
  { name: "quiet", text: "prints errors only" },
  { name: "help", text: "this text" },
];

function slurmKeys(): string {
  return Object.entries(SLURM_SETTINGS).map(([key, { value, text }]) => `${key}=${value}: ${text}`)
    .join("; ");
}

const USAGE = `deno task sim [options]

Sends pictures over a noisy channel under several schemes and measures what arrives.
With no options: every codec that is ready, on generated scenes, in under two minutes.`;

const EXAMPLE =
  `deno task sim --data kodak --codecs bpg-capacity jpeg-capacity --snr 0,5,10,15 --cbr 1/48`;

/** What the command says of itself. */
export function manual(): Manual {
  return { usage: USAGE, options: ARGUMENTS, example: EXAMPLE };
}

/** The text of `--help`. */
export function help(): string {
  return helpText(manual());
}

/** One line per option of a plugin, for `--list`. */
export function describeOptions(options: Readonly<Record<string, Option>>): string[] {
  return Object.entries(options).map(([key, option]) => {
    const unit = option.unit ? ` (${option.unit})` : "";
    return `      ${key}=${values(option)}  ${option.text}${unit} [${option.default}]`;
  });
}

function values(option: Option): string {
  switch (option.type) {
    case "choice":
      return option.choices.join("|");
    case "boolean":
      return "true|false";
    case "text":
      return "TEXT";
    case "integer-or-word":
      return [`${option.min ?? ""}..${option.max ?? ""}`, ...option.words].join("|");
    default:
      return `${option.min ?? ""}..${option.max ?? ""}`;
  }
}
