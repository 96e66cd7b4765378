/**
 * The loop: steps, validations, checkpoints, until the steps, the time or the user's patience end,
 * or the training goes wrong.
 *
 * @module
 */
import { DataError } from "../core/errors.ts";
import type { RgbImage } from "../core/image.ts";
import { type RandomKey, rootKey } from "../core/random.ts";
import { averageDecay, type Schedule } from "../core/tensor/nn/schedule.ts";
import type { CropStream } from "./crop_stream.ts";
import type { Opened } from "./crop_worker.ts";
import type { CheckpointFolder } from "./checkpoint_folder.ts";
import type { StepsEntry, ValidationEntry } from "./log.ts";
import type { Network } from "./network.ts";
import { cropsOf, scheduleOf, type TrainingSettings } from "./settings.ts";
import type { TrainingRecord } from "./state_file.ts";
import type { Team } from "./team.ts";
import { validate } from "./validation.ts";

/** Steps between lines of the log. */
const LOG_EVERY = 10;
/** A fall of the averaged weights' PSNR that noise does not explain, in dB. */
const DIVERGED_DB = 1;
/** How far over its minutes a training may go whose steps were chosen to fit them. */
const FITTED_GRACE = 1.1;

/** What a training is made of. Owned by who opened it. */
export interface TrainingParts {
  readonly network: Network;
  readonly team: Team;
  readonly stream: CropStream;
  readonly opened: Opened;
  readonly validation: readonly RgbImage[];
  readonly folder: CheckpointFolder;
}

/** Where a training begins: nowhere, or where a checkpoint was written. */
export type Progress = Pick<TrainingRecord, "step" | "hours" | "best">;

/** When to stop, when to save. */
export interface TrainingLimits {
  /** Minutes of this run; Infinity: until the steps are done. */
  readonly minutes: number;
  /** Whether the number of steps is to be chosen so that they end with the minutes. */
  readonly fitSteps: boolean;
  readonly saveMinutes: number;
  /** Falls of the validation PSNR by more dB stop it; default: as the codec says, else 1. */
  readonly divergedDb?: number;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
}

/** Hears what happens. */
export interface TrainingObserver {
  /** After every step. */
  step(step: number, steps: number, loss: number): void;
  /** Means over some steps, as in the log. */
  steps(entry: StepsEntry): void;
  validated(entry: ValidationEntry): void;
  /** A checkpoint was written. */
  saved(step: number): Promise<void>;
  /** A remark for the user. */
  say(text: string): void;
}

/** Why a training ended. */
export type Ending = "steps" | "minutes" | "interrupted";

/** What of one step is logged. */
interface StepResult {
  readonly loss: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly norm: number;
}

/** A training under way. */
export class Training {
  #settings: TrainingSettings;
  #schedule: Schedule;
  #step: number;
  #hours: number;
  #best: number | null;
  /** Step of the last checkpoint that this run wrote or began with; -1: there is none. */
  #savedStep: number;
  readonly #key: RandomKey;
  readonly #since: StepResult[] = [];
  #lastLogAt = 0;
  #divergedDb: number;

  constructor(
    settings: TrainingSettings,
    progress: Progress,
    private readonly parts: TrainingParts,
    private readonly observer: TrainingObserver,
  ) {
    this.#settings = settings;
    this.#schedule = scheduleOf(settings);
    this.#step = progress.step;
    this.#hours = progress.hours;
    this.#best = progress.best;
    this.#savedStep = progress.step > 0 ? progress.step : -1;
    this.#key = rootKey(settings.seed).derive("step");
    this.#divergedDb = parts.network.trainable.divergedDb ?? DIVERGED_DB;
  }

  /**
   * Trains to an end, and writes a checkpoint there.
   *
   * @throws {DataError} When loss or gradient are no numbers, or the validation falls: the last
   * checkpoint stays as it is, and the text says at which step and what to do.
   */
  async run(limits: TrainingLimits): Promise<Ending> {
    this.#divergedDb = limits.divergedDb ?? this.#divergedDb;
    if (this.#step === 0) await this.#validate();
    const begun = performance.now(), first = this.#step;
    let savedAt = begun, last = begun, unfitted = limits.fitSteps;
    this.#lastLogAt = begun;
    const minutes = (since: number): number => (performance.now() - since) / 60_000;
    // A schedule that was fitted should come to its end.
    const most = limits.minutes * (limits.fitSteps ? FITTED_GRACE : 1);
    let ending: Ending = "steps";
    while (this.#step < this.#settings.steps) {
      if (limits.signal.aborted) ending = "interrupted";
      else if (minutes(begun) >= most) ending = "minutes";
      if (ending !== "steps") break;
      await this.#takeStep();
      const now = performance.now();
      this.#hours += (now - last) / 3.6e6;
      last = now;
      if (unfitted && minutes(begun) > limits.minutes / 20 && this.#step >= first + LOG_EVERY) {
        this.#fitSteps(first, minutes(begun), limits);
        unfitted = false;
      }
      if (minutes(savedAt) >= limits.saveMinutes) {
        await this.#checkpoint();
        savedAt = last = performance.now();
      }
      await breathe();
    }
    await this.#finish(ending);
    return ending;
  }

  async #finish(ending: Ending): Promise<void> {
    this.#logSteps();
    // Who stops a process may not wait for a validation: the state first.
    if (ending === "interrupted") await this.#save(null);
    await this.#checkpoint();
    this.parts.folder.log.write({ kind: "end", step: this.#step, why: ending });
  }

  async #takeStep(): Promise<void> {
    const { stream, team, network } = this.parts;
    const batch = await stream.next(this.#step, (step) => cropsOf(this.#settings, step));
    const settings = {
      rate: this.#schedule(this.#step),
      clip: this.#settings.clip,
      decay: averageDecay(this.#settings.ema, this.#step + 1),
    };
    const results: StepResult[] = [];
    for (const [index, { name }] of network.trainable.objectives.entries()) {
      const key = this.#key.derive(this.#step, name);
      const computed = await team.compute(index, batch, key).catch((error) => {
        throw this.#outOfMemory(error);
      });
      this.#checkFinite(computed.loss, "loss", name);
      const norm = await team.apply(index, computed, settings);
      this.#checkFinite(norm, "gradient's norm", name);
      results.push({ loss: computed.loss, parts: computed.parts, norm });
    }
    const result = joined(results, network.trainable.objectives.map(({ name }) => name));
    this.#since.push(result);
    this.#step++;
    this.observer.step(this.#step, this.#settings.steps, result.loss);
    if (this.#step % LOG_EVERY === 0) this.#logSteps();
  }

  #checkFinite(value: number, what: string, objective: string): void {
    if (Number.isFinite(value)) return;
    throw this.#gaveUp(`the ${what} of objective "${objective}" is ${value} at step ${this.#step}`);
  }

  /** The heap refuses while it is still whole; what this step would need cannot be had. */
  #outOfMemory(error: unknown): unknown {
    if (!(error instanceof DataError && error.message.startsWith("out of memory"))) return error;
    const { batch, crop } = this.#settings;
    const smaller = batch > 1 ? `--batch ${batch >> 1}` : `a --crop below ${crop}`;
    return this.#gaveUp(`${error.message}, at step ${this.#step}`, smaller);
  }

  #gaveUp(what: string, remedy = `a lower --rate than ${this.#settings.rate}`): DataError {
    this.parts.folder.log.write({ kind: "end", step: this.#step, why: what });
    const { statePath } = this.parts.folder;
    const advice = this.#savedStep >= 0
      ? `"${statePath}", of step ${this.#savedStep}, is the last good checkpoint: go on from it ` +
        `with --resume "${statePath}" and ${remedy}`
      : `no checkpoint was written yet: begin again with ${remedy}`;
    return new DataError(`training stopped: ${what}; ${advice}`);
  }

  #logSteps(): void {
    if (this.#since.length === 0) return;
    const now = performance.now();
    const mean = (of: (result: StepResult) => number): number =>
      this.#since.reduce((sum, result) => sum + of(result), 0) / this.#since.length;
    const names = Object.keys(this.#since[0]?.parts ?? {});
    const entry: StepsEntry = {
      kind: "steps",
      step: this.#step,
      loss: mean(({ loss }) => loss),
      parts: Object.fromEntries(names.map((name) => [name, mean(({ parts }) => parts[name] ?? 0)])),
      norm: mean(({ norm }) => norm),
      rate: this.#schedule(this.#step - 1),
      stepsPerSecond: rounded(1000 * this.#since.length / (now - this.#lastLogAt), 3),
    };
    this.#since.length = 0;
    this.#lastLogAt = now;
    this.parts.folder.log.write(entry);
    this.observer.steps(entry);
  }

  /** Chooses the number of steps by the speed so far. Time for validations is set aside. */
  #fitSteps(first: number, minutes: number, limits: TrainingLimits): void {
    const perMinute = (this.#step - first) / minutes;
    const validations = Math.ceil(limits.minutes / limits.saveMinutes);
    const left = limits.minutes - minutes - validations * this.#validationMinutes;
    const steps = this.#step + Math.max(1, Math.floor(0.97 * left * perMinute));
    this.#settings = { ...this.#settings, steps };
    this.#schedule = scheduleOf(this.#settings);
    this.observer.say(
      `${steps} steps fit into ${limits.minutes} minutes: the rate falls to its end`,
    );
  }

  #validationMinutes = 0;

  async #validate(): Promise<number | null> {
    const { network, validation, folder } = this.parts;
    if (validation.length === 0) return null;
    const begun = performance.now();
    const psnrDb = await validate(network.trainable, network.averaged(), validation);
    this.#validationMinutes = (performance.now() - begun) / 60_000;
    if (!(psnrDb >= (this.#best ?? -Infinity) - this.#divergedDb)) {
      throw this.#gaveUp(
        `it diverged: ${psnrDb.toFixed(2)} dB of validation PSNR at step ${this.#step} after ` +
          `${(this.#best ?? NaN).toFixed(2)} dB`,
      );
    }
    this.#best = Math.max(this.#best ?? -Infinity, psnrDb);
    const entry: ValidationEntry = {
      kind: "validation",
      step: this.#step,
      psnrDb: rounded(psnrDb, 4),
      pictures: validation.length,
      hours: rounded(this.#hours, 5),
    };
    folder.log.write(entry);
    this.observer.validated(entry);
    return psnrDb;
  }

  async #checkpoint(): Promise<void> {
    const psnrDb = await this.#validate();
    await this.#save({
      ...(psnrDb === null
        ? {}
        : { pictures: this.parts.validation.length, psnrDb: rounded(psnrDb, 3) }),
    });
    await this.observer.saved(this.#step);
  }

  /** @param validation Metrics of the shipped form; null: only the state is written. */
  async #save(validation: Readonly<Record<string, number>> | null): Promise<void> {
    const { network, folder } = this.parts;
    const progress = { step: this.#step, hours: this.#hours, best: this.#best };
    await folder.save(network, { ...progress, settings: this.#settings }, validation);
    this.#savedStep = this.#step;
  }
}

/** One result for all objectives: the last one's loss, the others as parts. */
function joined(results: readonly StepResult[], names: readonly string[]): StepResult {
  const main = results.at(-1) as StepResult;
  if (results.length === 1) return main;
  const parts = results.flatMap((result, index) => [
    [names[index], result.loss] as const,
    ...Object.entries(result.parts).map(([name, value]) => [`${names[index]}.${name}`, value]),
  ]);
  return { loss: main.loss, norm: main.norm, parts: Object.fromEntries(parts) };
}

/** Lets signals and messages in. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
