/**
 * The training checkpoint: one safetensors file with all that is state, in float32.
 *
 *     values.NAME  average.NAME  first.NAME  second.NAME      parameter, running average, Adam's means
 *     __metadata__: {"semcast.training": JSON of the record}
 *
 * Names, shapes and layouts of the parameters are those of the weights files.
 *
 * @module
 */
import { FormatError } from "../core/errors.ts";
import type { ManifestOption } from "../core/tensor/checkpoint/manifest.ts";
import {
  readSafetensors,
  type Safetensors,
  type TensorToWrite,
  writeSafetensors,
} from "../core/tensor/checkpoint/safetensors.ts";
import { type Declarations, shapesOf } from "../core/tensor/nn/parameters.ts";
import { type Snapshot, SNAPSHOT_KINDS } from "./network.ts";
import type { TrainingSettings } from "./settings.ts";

const RECORD = "semcast.training";

/** What a training checkpoint says beside its tensors. */
export interface TrainingRecord {
  readonly settings: TrainingSettings;
  /** Of the codec's code. */
  readonly version: string;
  /** What gives the network its shape. */
  readonly options: Readonly<Record<string, ManifestOption>>;
  /** Steps done. */
  readonly step: number;
  readonly hours: number;
  /** Best validation so far, PSNR in dB. */
  readonly best: number | null;
  /** Steps of each objective's optimiser. */
  readonly counts: readonly number[];
  /** Length of the log when this was written. */
  readonly logBytes: number;
  /** Engine that trained: others give other bits. */
  readonly engine: string;
  /** Pictures trained on. */
  readonly pictures: number;
}

/** The bytes of a training checkpoint. The same state gives the same bytes. */
export function formatState(
  record: TrainingRecord,
  snapshot: Snapshot,
  declarations: Declarations,
): Uint8Array<ArrayBuffer> {
  const shapes = shapesOf(declarations);
  const tensors = new Map<string, TensorToWrite>();
  for (const kind of SNAPSHOT_KINDS) {
    for (const [name, values] of snapshot[kind]) {
      tensors.set(`${kind}.${name}`, { shape: shapes.get(name) ?? [], values });
    }
  }
  return writeSafetensors(tensors, new Map([[RECORD, JSON.stringify(record)]]));
}

/** An open training checkpoint. */
export interface TrainingState {
  readonly record: TrainingRecord;
  readonly file: string;
  readonly tensors: Safetensors;
}

/**
 * Opens a training checkpoint.
 *
 * @param file Its name, for messages.
 * @throws {FormatError} When it is damaged, or no training checkpoint of this program.
 */
export function openState(bytes: Uint8Array, file: string): TrainingState {
  const tensors = readSafetensors(bytes, file);
  const text = tensors.metadata.get(RECORD);
  if (text === undefined) {
    throw new FormatError(
      `Cannot resume "${file}": it holds weights but no state of a training; ` +
        `start from its weights with --init`,
    );
  }
  return { record: readRecord(text, file), file, tensors };
}

/** Whether a weights file is a training checkpoint. */
export function isState(tensors: Safetensors): boolean {
  return tensors.metadata.has(RECORD);
}

/**
 * The tensors of a training checkpoint for a network.
 *
 * @throws {FormatError} When one is missing, is left over, or has another shape: the text names it.
 */
export function snapshotOf(
  { tensors, record, file }: TrainingState,
  declarations: Declarations,
): Snapshot {
  const shapes = shapesOf(declarations);
  const kinds = new Map(SNAPSHOT_KINDS.map((kind) => [kind, new Map<string, Float32Array>()]));
  for (const name of tensors.tensors.keys()) {
    const dot = name.indexOf("."), parameter = name.slice(dot + 1);
    const values = kinds.get(name.slice(0, dot) as keyof Snapshot & "values");
    const shape = shapes.get(parameter);
    if (!values || !shape) {
      throw new FormatError(`Cannot resume "${file}": the network has no parameter "${parameter}"`);
    }
    values.set(parameter, tensors.floats(name, shape));
  }
  for (const name of shapes.keys()) {
    if (!kinds.get("values")?.has(name)) {
      throw new FormatError(`Cannot resume "${file}": it has no parameter "${name}"`);
    }
  }
  return { ...Object.fromEntries(kinds), counts: record.counts } as unknown as Snapshot;
}

function readRecord(text: string, file: string): TrainingRecord {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new FormatError(`Cannot resume "${file}": its record is no JSON`, { cause: error });
  }
  const valid = (record as Partial<TrainingRecord> | null)?.settings?.valid;
  const wrong = flawOf(record, EXAMPLE, "record") ??
    (valid === null ? undefined : flawOf(valid, "", "record.settings.valid"));
  if (wrong) throw new FormatError(`Cannot resume "${file}": ${wrong}`);
  return record as TrainingRecord;
}

/** A record of the right form: what a file's is compared with. Null stands for "a number or null". */
const EXAMPLE = {
  settings: {
    ...{ codec: "", preset: "", stage: 1, snrDb: 0, cbr: "", codecSettings: {}, data: "" },
    ...{ batch: 1, crop: 1, largeCrops: 0, rate: 1, schedule: "", steps: 1, warmup: 0 },
    ...{ clip: 1, ema: 0, seed: 0, memoryMiB: 1, replicas: 1, cooldown: null },
  },
  ...{ version: "", options: {}, step: 0, hours: 0, best: null, counts: [0] },
  ...{ logBytes: 0, engine: "", pictures: 0 },
};

/** The first way in which a value is not of the form of an example, or undefined. */
function flawOf(value: unknown, example: unknown, path: string): string | undefined {
  const refuse = (wanted: string): string => `${path}: ${wanted} is wanted`;
  if (example === null) {
    return value === null || Number.isFinite(value) ? undefined : refuse("a number or null");
  }
  if (typeof example === "number") return Number.isFinite(value) ? undefined : refuse("a number");
  if (typeof example === "string") return typeof value === "string" ? undefined : refuse("a text");
  if (Array.isArray(example)) {
    if (!Array.isArray(value)) return refuse("a list");
    for (const [index, one] of value.entries()) {
      const flaw = flawOf(one, example[0], `${path}[${index}]`);
      if (flaw) return flaw;
    }
    return undefined;
  }
  if (typeof value !== "object" || value === null) return refuse("an object");
  for (const [name, part] of Object.entries(example as object)) {
    const flaw = flawOf((value as Record<string, unknown>)[name], part, `${path}.${name}`);
    if (flaw) return flaw;
  }
  return undefined;
}
