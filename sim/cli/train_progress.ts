/**
 * The live line of a training: loss, validation, speed and time left.
 *
 * @module
 */
import type { StepsEntry, ValidationEntry } from "../../train/log.ts";
import { duration, type ProgressView, standardError } from "../output/progress.ts";
import { printable } from "../output/text.ts";

const LIVE_EVERY_MS = 200;
const PLAIN_EVERY_MS = 10_000;
const CLEAR_LINE = "\r\x1b[K";
/** Weight of the past in the speed that is shown. */
const SMOOTHING = 0.9;

/** How it is shown. */
export interface TrainProgressOptions {
  readonly quiet?: boolean;
  readonly view?: ProgressView;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** Writes one line over and over in a terminal, a new one every ten seconds elsewhere. */
export class TrainProgress {
  readonly #quiet: boolean;
  readonly #view: ProgressView;
  readonly #now: () => number;
  #loss: number | undefined;
  #validation: ValidationEntry | undefined;
  #secondsPerStep: number | undefined;
  #lastStepAt: number | undefined;
  #shownAt: number;
  #live = false;

  constructor(options: TrainProgressOptions = {}) {
    const { quiet = false, view = standardError(), now = () => performance.now() } = options;
    this.#quiet = quiet;
    this.#view = view;
    this.#now = now;
    this.#shownAt = now();
  }

  /** A file was read. */
  reading(read: number, of: number): void {
    if (this.#isDue()) this.#show(`reading photographs: ${read} of ${of}`);
  }

  step(step: number, steps: number, loss: number): void {
    const now = this.#now();
    if (this.#lastStepAt !== undefined) {
      const seconds = (now - this.#lastStepAt) / 1000;
      const past = this.#secondsPerStep ?? seconds;
      this.#secondsPerStep = SMOOTHING * past + (1 - SMOOTHING) * seconds;
    }
    this.#lastStepAt = now;
    this.#loss ??= loss;
    if (this.#isDue()) this.#show(this.#line(step, steps));
  }

  steps({ loss }: StepsEntry): void {
    this.#loss = loss;
  }

  validated(entry: ValidationEntry): void {
    this.#validation = entry;
    this.#lastStepAt = undefined; // its time is no step's
    this.say(`step ${entry.step}: ${entry.psnrDb.toFixed(2)} dB on ${entry.pictures} pictures`);
  }

  /** Writes a line that stays. */
  say(text: string): void {
    if (this.#quiet) return;
    this.#view.write(`${this.#live ? CLEAR_LINE : ""}${printable(text)}\n`);
    this.#live = false;
  }

  /** Leaves the cursor on a line of its own. */
  finish(): void {
    if (this.#live) this.#view.write("\n");
    this.#live = false;
  }

  #isDue(): boolean {
    const every = this.#view.terminal ? LIVE_EVERY_MS : PLAIN_EVERY_MS;
    return !this.#quiet && this.#now() - this.#shownAt >= every;
  }

  #show(line: string): void {
    this.#shownAt = this.#now();
    if (!this.#view.terminal) return this.#view.write(`${line}\n`);
    const cut = [...line].slice(0, Math.max(1, this.#view.size().columns - 1)).join("");
    this.#view.write(CLEAR_LINE + cut);
    this.#live = true;
  }

  #line(step: number, steps: number): string {
    const parts = [`step ${step} of ${steps}`, `loss ${(this.#loss as number).toPrecision(5)}`];
    if (this.#validation) {
      const { psnrDb, step: at } = this.#validation;
      parts.push(`${psnrDb.toFixed(2)} dB (step ${at})`);
    }
    if (this.#secondsPerStep !== undefined) {
      const speed = 1 / this.#secondsPerStep;
      parts.push(`${speed.toFixed(speed < 10 ? 2 : 0)} steps/s`);
      parts.push(`${duration((steps - step) * this.#secondsPerStep)} left`);
    }
    return parts.join(", ");
  }
}
