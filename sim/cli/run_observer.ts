/**
 * Shows a simulation's progress and warnings at the command line.
 *
 * @module
 */
import { Progress } from "../output/progress.ts";
import type { Observer } from "../simulate.ts";

/** Progress on standard error; with `quiet` only warnings. */
export class RunObserver implements Observer {
  #progress: Progress | undefined;
  #labels: readonly string[] = [];

  constructor(private readonly quiet: boolean) {}

  planned(work: readonly { readonly label: string; readonly total: number }[]): void {
    this.end();
    this.#labels = work.map(({ label }) => label);
    if (work.length > 0) this.#progress = new Progress(work, { quiet: this.quiet });
  }

  finished(label: string): void {
    this.#progress?.advance(this.#labels.indexOf(label));
  }

  told(text: string): void {
    if (this.quiet) return;
    if (this.#progress) this.#progress.say(text);
    else console.log(text);
  }

  warned(text: string): void {
    if (this.#progress && !this.quiet) this.#progress.say(text);
    else console.error(text);
  }

  /** The last state stays on the screen. */
  end(): void {
    this.#progress?.finish();
    this.#progress = undefined;
  }
}
