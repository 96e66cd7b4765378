/**
 * Makes a training ready: the photographs are in memory, the network is where it begins, and a step
 * is known to fit the memory.
 *
 * @module
 */
import { DataError, FormatError } from "../core/errors.ts";
import type { RgbImage } from "../core/image.ts";
import { rootKey } from "../core/random.ts";
import { type TensorEngine, tf } from "../core/tensor/backend.ts";
import { countValues, fromFile, Parameters } from "../core/tensor/nn/parameters.ts";
import type { Trainable } from "../core/tensor/trainable.ts";
import { type ImageSource, openDataSet } from "../sim/data/mod.ts";
import { CheckpointFolder } from "./checkpoint_folder.ts";
import { CropStream } from "./crop_stream.ts";
import type { Opened } from "./crop_worker.ts";
import type { CropRequest } from "./crops.ts";
import { checkStepFits, measureStep } from "./memory_check.ts";
import { Network } from "./network.ts";
import { describePassedOver, heldOut, type PassedOver } from "./photographs.ts";
import { checkSizes, cropsOf, largestCrop, type TrainingSettings } from "./settings.ts";
import type { StartValues } from "./start_file.ts";
import { snapshotOf, type TrainingState } from "./state_file.ts";
import { Solo, type Team } from "./team.ts";
import type { Progress, TrainingParts } from "./training.ts";
import { readValidation } from "./validation.ts";

/** Where a training comes from, and where it goes. */
export interface TrainingRequest {
  readonly settings: TrainingSettings;
  readonly trainable: Trainable;
  readonly engine: TensorEngine;
  /** Folder of its files. */
  readonly out: string;
  /** Goes on from here. */
  readonly resume?: TrainingState;
  /** Weights to start from; what they lack starts anew. */
  readonly start?: StartValues;
  /** More than one network for a step. */
  readonly team?: (network: Network) => Promise<Team>;
  /** Hears of remarks, and of each file read. */
  readonly say: (text: string) => void;
  readonly reading: (read: number, of: number) => void;
}

/** A training that can be run. */
export interface OpenedTraining extends Disposable {
  readonly parts: TrainingParts;
  readonly progress: Progress;
}

/** Crops that a codec starts from, and the most pixels of all of them. */
const START_CROPS = 512;
const START_PIXELS = 2 ** 23;
/** Step that no training has: its crops are those a codec starts from. */
const BEFORE_ALL = -1;

/**
 * Reads the photographs, makes or restores the network, and checks that a step fits.
 *
 * @throws {OptionError} When settings do not fit the codec, or `out` is taken.
 * @throws {DataError} When there is nothing to train on, or a step does not fit the memory.
 * @throws {FormatError} When the checkpoint belongs to another network.
 */
export async function openTraining(request: TrainingRequest): Promise<OpenedTraining> {
  const { settings, trainable, out, resume } = request;
  checkSizes(settings, trainable.stride);
  if (resume) checkSameNetwork(resume, trainable);
  using stack = new DisposableStack();
  const { stream, opened, validation } = await openPictures(request);
  stack.use(stream);
  const network = stack.use(await openNetwork(request, stream));
  await checkMemory(request, network);
  const folder = stack.use(
    await CheckpointFolder.open(out, {
      version: trainable.version,
      options: trainable.options,
      engine: describeEngine(request.engine),
      pictures: opened.pictures,
    }, resume && liesIn(resume.file, out) ? resume.record.logBytes : undefined),
  );
  const team = stack.use(request.team ? await request.team(network) : new Solo(network));
  const progress = begin(request);
  folder.log.write({
    kind: "begin",
    step: progress.step,
    settings,
    parameters: countValues(trainable.declarations),
    engine: describeEngine(request.engine),
    pictures: opened.pictures,
    passedOver: countsOf(opened.passedOver),
  });
  const owned = stack.move();
  const parts = { network, team, stream, opened, validation, folder };
  return { parts, progress, [Symbol.dispose]: () => owned.dispose() };
}

function begin({ settings, resume }: TrainingRequest): Progress {
  if (!resume) return { step: 0, hours: 0, best: null };
  const { step, hours, best, settings: former } = resume.record;
  // At another SNR the validation is another: it cannot be compared.
  return { step, hours, best: former.snrDb === settings.snrDb ? best : null };
}

function countsOf(passedOver: PassedOver): Record<string, number> {
  const lists = Object.entries(passedOver as unknown as Record<string, readonly string[]>);
  return Object.fromEntries(lists.map(([why, names]) => [why, names.length]));
}

/** "wasm: oneDNN 2.6.3, companion (relaxed SIMD), 2 threads". */
export function describeEngine({ backend, packs, threads, adapter }: TensorEngine): string {
  const where = adapter && backend === "webgpu" ? ` on ${adapter}` : "";
  return `${backend}${where}: ${packs.join(", ")}, ${threads} thread${threads > 1 ? "s" : ""}`;
}

function liesIn(file: string, folder: string): boolean {
  const slash = file.lastIndexOf("/");
  const real = (path: string): string => Deno.realPathSync(path);
  try {
    return real(slash < 0 ? "." : file.slice(0, slash + 1)) === real(folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

interface Pictures {
  readonly stream: CropStream;
  readonly opened: Opened;
  readonly validation: readonly RgbImage[];
}

async function openPictures(request: TrainingRequest): Promise<Pictures> {
  const { settings, trainable, say, reading } = request;
  const without = settings.valid === null ? heldOut(await images(settings.data)) : [];
  const { stream, opened } = await CropStream.open({
    folder: settings.data,
    without: without.map(({ id }) => id),
    smallestSide: largestCrop(settings),
    memoryBytes: settings.memoryMiB * 2 ** 20,
    keyWords: rootKey(settings.seed).derive("data").words,
  }, reading);
  try {
    say(describePictures(opened, settings));
    const sources = settings.valid === null ? without : await images(settings.valid);
    const validation = await readValidation(sources, trainable.stride);
    if (settings.valid !== null && validation.length === 0) {
      throw new DataError(`--valid: "${settings.valid}" has no picture that can be used`);
    }
    say(describeValidation(validation.length, settings));
    return { stream, opened, validation };
  } catch (error) {
    stream[Symbol.dispose]();
    throw error;
  }
}

async function images(folder: string): Promise<readonly ImageSource[]> {
  return (await openDataSet(folder)).images;
}

function describePictures(opened: Opened, { data, memoryMiB }: TrainingSettings): string {
  const { pictures, pixels, passedOver } = opened;
  const { unread } = passedOver;
  return `${data}: ${pictures} photographs in memory (${Math.ceil(3 * pixels / 2 ** 20)} of ` +
    `${memoryMiB} MiB), passed over: ${describePassedOver(passedOver)}` +
    (unread.length > 0 ? "; for more of them --memory MIB" : "");
}

function describeValidation(count: number, { valid, data }: TrainingSettings): string {
  if (count === 0) return "no validation: too few photographs to hold any out, and no --valid";
  return valid === null
    ? `validation: ${count} photographs of ${data}, held out`
    : `validation: ${count} photographs of ${valid}`;
}

async function openNetwork(request: TrainingRequest, stream: CropStream): Promise<Network> {
  const { settings, trainable, resume, start } = request;
  if (resume) return Network.restored(trainable, snapshotOf(resume, trainable.declarations));
  const key = rootKey(settings.seed).derive("start");
  const network = Network.fresh(trainable, key.derive("initial"));
  if (trainable.start && !(start && start.missing.length === 0)) {
    const { crop: side } = settings;
    const count = Math.max(1, Math.min(START_CROPS, Math.floor(START_PIXELS / side ** 2)));
    const plan = (step: number): CropRequest | undefined =>
      step === BEFORE_ALL ? { step, count, side } : undefined;
    const { values } = await stream.next(BEFORE_ALL, plan);
    const crops = tf.tensor4d(values, [count, side, side, 3]);
    network.set(
      await trainable.start(new Parameters(network.weights.values), crops, key.derive("codec")),
    );
    crops.dispose();
  }
  if (start) {
    const declared = Object.entries(trainable.declarations);
    const known = Object.fromEntries(declared.filter(([name]) => start.values.has(name)));
    network.set(fromFile(known, start.values));
  }
  return network;
}

function checkSameNetwork({ record, file }: TrainingState, trainable: Trainable): void {
  for (const [name, value] of Object.entries(trainable.options)) {
    const theirs = record.options[name];
    if (JSON.stringify(theirs) !== JSON.stringify(value)) {
      throw new FormatError(
        `Cannot resume "${file}": its network has ${name} = ${JSON.stringify(theirs)}, this one ` +
          `${JSON.stringify(value)}; start from its weights with --init`,
      );
    }
  }
}

/** Only the wasm heap has a hard limit that is known. */
async function checkMemory(request: TrainingRequest, network: Network): Promise<void> {
  if (request.engine.backend !== "wasm") return;
  const { batch, crop, largeCrops, replicas, steps } = request.settings;
  const memory = await measureStep(network);
  checkStepFits(memory, batch / replicas, crop);
  const large = largeCrops > 0 ? cropsOf(request.settings, steps - 1) : undefined;
  if (large) checkStepFits(memory, large.count / replicas, large.side);
}
