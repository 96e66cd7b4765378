/**
 * An experiment is plain JSON: what is compared, on which pictures, over which channel, how often.
 * The command line builds it, `--experiment FILE` reads it, `OUT/experiment.json` keeps it.
 *
 * @module
 */
import type { SideInformationPrice } from "../core/codec.ts";
import { OptionError } from "../core/errors.ts";
import type { OptionValues, Spec } from "../core/options.ts";
import { parseRatio } from "../core/units.ts";

/** An SNR in dB, or "true": whatever the true one is. */
export type AssumedSnr = number | "true";

/** What to run. Every field is a condition of the result. */
export interface Experiment {
  readonly codecs: readonly Spec[];
  /** Module specifiers of third-party plugins. */
  readonly plugins: readonly string[];
  /** "builtin", "kodak" or a folder. */
  readonly data: string;
  /** The first so many images only; null: all. */
  readonly images: number | null;
  /** True SNR, Es/N0 in dB. */
  readonly snrDb: readonly number[];
  /** SNRs that transmitter and receiver believe, each run at every true one. */
  readonly assumedSnrDb: readonly AssumedSnr[];
  /** CBR as given: "1/48". */
  readonly cbr: readonly string[];
  readonly channels: readonly Spec[];
  readonly sideInformation: SideInformationPrice;
  readonly metrics: readonly string[];
  /** Noise realisations an image: exactly so many, or at most where half-widths are asked for. */
  readonly trials: number;
  /** How many pictures the report shows, or which by name; no number depends on it. */
  readonly pictures: number | readonly string[];
  /** Metric id -> 95 % half-width to reach. */
  readonly halfWidth: Readonly<Record<string, number>>;
  readonly seed: number;
}

/** What runs when nothing is said: the SNRs and the CBR of the CDM-JSCC paper's figure. */
export const DEFAULTS: Omit<Experiment, "codecs"> = {
  plugins: [],
  data: "builtin",
  images: null,
  snrDb: [1, 4, 7, 10, 13],
  assumedSnrDb: ["true"],
  cbr: ["1/48"],
  channels: [{ id: "awgn", options: {} }],
  sideInformation: "ideal",
  metrics: ["psnr", "ms-ssim"],
  trials: 1,
  pictures: 3,
  halfWidth: {},
  seed: 1,
};

/** SNRs beyond this are a slip of the pen, and their powers leave the range of float32. */
const SNR_LIMIT_DB = 100;
const MOST_TRIALS = 1_000_000;
/** Pictures in a report: each is a few megabytes. */
const MOST_PICTURES = 24;

/**
 * Checks what JSON or a command line gave.
 *
 * @throws {OptionError} Names the first field that is wrong.
 */
export function checkExperiment(experiment: Experiment): Experiment {
  const { codecs, snrDb, assumedSnrDb, cbr, channels, images, trials, halfWidth, seed } =
    experiment;
  if (codecs.length === 0) throw new OptionError("--codecs: at least one codec; got none");
  if (channels.length === 0) throw new OptionError("--channel: at least one channel; got none");
  checkSnrs("--snr", snrDb);
  checkSnrs("--assumed-snr", assumedSnrDb);
  if (cbr.length === 0) throw new OptionError("--cbr: at least one ratio; got none");
  for (const ratio of cbr) parseRatio(ratio, "--cbr");
  if (images !== null) checkCount("--images", images, 1, 1e9);
  checkCount("--trials", trials, 1, MOST_TRIALS);
  checkCount("--pictures", pictureCount(experiment), 0, MOST_PICTURES);
  checkCount("--seed", seed, 0, Number.MAX_SAFE_INTEGER);
  for (const [metric, width] of Object.entries(halfWidth)) {
    if (!(width > 0)) {
      throw new OptionError(`--half-width ${metric}: a number above 0; got "${width}"`);
    }
    if (!experiment.metrics.includes(metric)) {
      throw new OptionError(
        `--half-width ${metric}: one of the metrics of the run (${experiment.metrics.join(", ")})`,
      );
    }
  }
  return experiment;
}

function pictureCount({ pictures }: Experiment): number {
  return typeof pictures === "number" ? pictures : pictures.length;
}

function checkSnrs(name: string, values: readonly AssumedSnr[]): void {
  if (values.length === 0) throw new OptionError(`${name}: at least one SNR in dB; got none`);
  for (const value of values) {
    if (value !== "true" && !(Math.abs(value) <= SNR_LIMIT_DB)) {
      throw new OptionError(
        `${name}: Es/N0 in dB from -${SNR_LIMIT_DB} to ${SNR_LIMIT_DB}; got "${value}"`,
      );
    }
  }
}

function checkCount(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new OptionError(`${name}: an integer from ${least} to ${most}; got "${value}"`);
  }
}

type Shape =
  | "number or texts"
  | "text"
  | "texts"
  | "numbers"
  | "specs"
  | "number"
  | "number?"
  | "SNRs"
  | "record";

const SHAPES: Readonly<Record<keyof Experiment, Shape>> = {
  codecs: "specs",
  plugins: "texts",
  data: "text",
  images: "number?",
  snrDb: "numbers",
  assumedSnrDb: "SNRs",
  cbr: "texts",
  channels: "specs",
  sideInformation: "text",
  metrics: "texts",
  trials: "number",
  pictures: "number or texts",
  halfWidth: "record",
  seed: "number",
};

/**
 * Reads the text of an experiment file; fields that are absent take their defaults.
 *
 * @throws {OptionError} When it is not JSON, or a field is unknown or of another form.
 */
export function readExperiment(text: string, name: string): Partial<Experiment> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new OptionError(`${name}: an experiment in JSON; got a text that is not (${error})`);
  }
  if (!isRecord(json)) throw new OptionError(`${name}: an experiment is a JSON object`);
  for (const [key, value] of Object.entries(json)) {
    const shape = (SHAPES as Record<string, Shape>)[key];
    if (!shape) {
      throw new OptionError(
        `${name}: no field "${key}"; an experiment has ${Object.keys(SHAPES).join(", ")}`,
      );
    }
    if (!hasShape(value, shape)) {
      throw new OptionError(`${name}: "${key}" must be ${shape}; got ${JSON.stringify(value)}`);
    }
  }
  return json as Partial<Experiment>;
}

function hasShape(value: unknown, shape: Shape): boolean {
  if (shape.endsWith("?")) return value === null || hasShape(value, shape.slice(0, -1) as Shape);
  switch (shape) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "record":
      return isRecord(value) && Object.values(value).every((one) => typeof one === "number");
    case "number or texts":
      return hasShape(value, "number") || hasShape(value, "texts");
    case "texts":
      return Array.isArray(value) && value.every((one) => typeof one === "string");
    case "SNRs":
      return Array.isArray(value) &&
        value.every((one) => typeof one === "number" || one === "true");
    case "numbers":
      return Array.isArray(value) && value.every((one) => typeof one === "number");
    default:
      return Array.isArray(value) && value.every(isSpec);
  }
}

function isSpec(value: unknown): value is Spec {
  return isRecord(value) && typeof value["id"] === "string" &&
    (value["options"] === undefined || isOptionValues(value["options"]));
}

function isOptionValues(value: unknown): value is OptionValues {
  return isRecord(value) &&
    Object.values(value).every((one) => ["string", "number", "boolean"].includes(typeof one));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
