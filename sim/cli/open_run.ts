/**
 * What every command that runs an experiment sets up and takes down: the folder, the store, the
 * metrics that can be measured, the simulation, Ctrl-C.
 *
 * @module
 */
import { DataError } from "../../core/errors.ts";
import type { Experiment } from "../experiment.ts";
import { chooseMetrics, type MetricChoice } from "../metric_choice.ts";
import type { Plugins } from "../plugins.ts";
import { type RunOptions, Simulation } from "../simulate.ts";
import { Store, type StoreOptions } from "../store.ts";
import { WeightFolder } from "../weight_folder.ts";
import { EXIT } from "./exit.ts";
import { RunObserver } from "./run_observer.ts";
import type { Settings } from "./sim_settings.ts";

/** What is there before the simulation. */
export interface RunGround {
  readonly store: Store;
  /** The experiment without what cannot be measured here. */
  readonly possible: Experiment;
  readonly choice: MetricChoice;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
}

/** A run that is set up. */
export interface OpenRun extends RunGround {
  readonly simulation: Simulation;
  /** Prints, unless nothing but errors is wanted. */
  say(text: string): void;
}

/** How a run is set up. */
export interface RunSetup extends StoreOptions {
  /** Where its units are computed; see {@linkcode RunOptions}. */
  readonly elsewhere?: (ground: RunGround) => Promise<NonNullable<RunOptions["elsewhere"]>>;
}

/**
 * Sets a run up, lets `work` go on with it, and takes it down.
 *
 * @returns The exit status: that of `work`, or 130 after Ctrl-C.
 */
export async function withRun(
  experiment: Experiment,
  plugins: Plugins,
  settings: Settings,
  work: (run: OpenRun) => Promise<number>,
  { elsewhere, ...storeOptions }: RunSetup = {},
): Promise<number> {
  const { out, quiet } = settings;
  await makeFolder(out);
  using store = new Store(`${out}/results.sqlite`, storeOptions);
  const choice = await chooseMetrics(experiment.metrics, new WeightFolder());
  const possible = withMetrics(experiment, choice);
  for (const [id, version] of choice.versions) store.claimMetric(id, version);
  const stop = new AbortController(), signal = stop.signal;
  const onInterrupt = (): void => stop.abort();
  Deno.addSignalListener("SIGINT", onInterrupt);
  const say = (text: string): void => quiet ? undefined : console.log(text);
  const observer = new RunObserver(quiet);
  const ground: RunGround = { store, possible, choice, observer, signal };
  await using simulation = new Simulation(possible, plugins, store, {
    ...settings,
    observer,
    signal,
    ...elsewhere ? { elsewhere: await elsewhere(ground) } : {},
  });
  try {
    if (choice.missing) console.error(choice.missing);
    return await work({ ...ground, simulation, say });
  } catch (error) {
    observer.end();
    if (!signal.aborted) throw error;
    console.error(
      `stopped; all finished results are in ${out}/results.sqlite. ` +
        "Run the same command again to go on",
    );
    return EXIT.interrupted;
  } finally {
    Deno.removeSignalListener("SIGINT", onInterrupt);
  }
}

/**
 * The experiment without what cannot be measured here.
 *
 * @throws {DataError} When nothing is left, or what is left out was to decide when to stop.
 */
function withMetrics(experiment: Experiment, { ready, missing }: MetricChoice): Experiment {
  const lost = Object.keys(experiment.halfWidth).filter((id) => !ready.includes(id));
  if (ready.length > 0 && lost.length === 0) return { ...experiment, metrics: ready };
  throw new DataError(`${missing}; without them there is nothing to run for`);
}

async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw new DataError(
      `--out "${path}": a folder that can be written; ${(error as Error).message}`,
    );
  }
}
