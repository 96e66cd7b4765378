/**
 * Has the rounds of a run computed by Slurm: one job array a round, one shard a task, each with a
 * store of its own; at the end of a round all stores are merged into that of the run.
 *
 * The store of the run is filled only while no task runs, because tasks read it. A process that is
 * cut off leaves the array at work; the same command, run again, goes on with it.
 *
 * @module
 */
import { digestOf } from "../canonical.ts";
import type { Experiment } from "../experiment.ts";
import type { RunRecord } from "../run_record.ts";
import { shareOf, workPerCodec } from "../share.ts";
import { type Observer, pointName, type Round } from "../simulate.ts";
import type { Store } from "../store.ts";
import { JobArray, untilOver } from "./array.ts";
import { cancelJobs, checkSlurm, isOver, taskStates } from "./cluster.ts";
import { collectShards, lostText, shardFailures } from "./collect.ts";
import { ArrayFolder, type LeftArray, type Order, orderDigest, taskScript } from "./order.ts";
import { sbatchArguments, type SlurmSettings } from "./settings.ts";

/** What the rounds have in common. */
export interface SlurmRunOptions {
  readonly experiment: Experiment;
  /** Of the run; in a folder that the nodes see. */
  readonly store: Store;
  /** Absolute path for the files of arrays; seen by the nodes. It is there only while it is needed. */
  readonly folder: string;
  readonly settings: SlurmSettings;
  readonly run: Order["run"];
  readonly observer: Pick<Observer, "planned" | "finished" | "told">;
  readonly signal: AbortSignal;
}

/** The rounds of one run. */
export class SlurmRun {
  /** An array of an earlier process, still at work for this experiment. */
  #left: LeftArray | undefined;

  private constructor(
    private readonly options: SlurmRunOptions,
    private readonly folder: ArrayFolder,
  ) {}

  /**
   * Begins, or takes up what an earlier process left: an array that is at work for the same
   * experiment is kept, another one cancelled; what is finished is brought into the store.
   *
   * @throws {CapabilityError} When Slurm is not installed.
   */
  static async begin(options: SlurmRunOptions): Promise<SlurmRun> {
    await checkSlurm();
    const run = new SlurmRun(options, new ArrayFolder(options.folder));
    const left = run.folder.left();
    const states = left ? await taskStates(left.jobs) : [];
    const isAtWork = left !== undefined && !states?.every(isOver);
    if (isAtWork && left.experiment === digestOf(options.experiment)) {
      run.#left = left;
    } else {
      if (isAtWork) await run.#cancel(left);
      run.#collect();
      run.folder.remove();
    }
    return run;
  }

  /**
   * Computes a round and brings its units into the store.
   *
   * @returns What failed, one sentence each.
   */
  async compute(round: Round): Promise<readonly string[]> {
    const order = this.#orderOf(round), digest = orderDigest(order, round.record);
    const array = this.#arrayOf(round, digest);
    this.options.observer.planned(workPerCodec(round.groups));
    const left = this.#left;
    this.#left = undefined;
    try {
      if (left?.order === digest) {
        this.options.observer.told(`slurm: goes on with job ${left.jobs.join(", ")}`);
        array.resume(left);
      } else {
        if (left) await this.#cancel(left);
        this.#collect();
        this.folder.write(this.folder.order, JSON.stringify(order));
        this.folder.write(this.folder.script, taskScript(this.folder.order));
        await array.start(busyTasks(round, order.tasks));
      }
      const lost = await array.finish();
      const own = this.#collect().flatMap((record) => shardFailures(record, round.record));
      const failures = [...new Set(own), ...lost.map((task) => lostText(task, this.folder))];
      if (lost.length === 0) this.folder.remove();
      return failures;
    } catch (error) {
      await array.cancel();
      this.#collect(); // stopped or refused: what is finished is kept all the same
      this.folder.remove();
      throw error;
    }
  }

  #orderOf({ trials, points, images }: Round): Order {
    const { experiment, store, settings, run } = this.options;
    return {
      experiment,
      tasks: settings.tasks,
      trials,
      points: points.map(pointName),
      images,
      known: Deno.realPathSync(store.path),
      run: { ...run, workers: settings.cpus },
    };
  }

  #arrayOf(round: Round, order: string): JobArray {
    const { experiment, settings, observer, signal } = this.options;
    const labels = new Map<string, string>();
    for (const { codec, keys } of round.groups) {
      for (const id of keys.keys()) labels.set(id, codec.label);
    }
    return new JobArray({
      request: {
        script: this.folder.script,
        log: this.folder.log("%a"),
        workingFolder: Deno.cwd(),
        sbatch: sbatchArguments(settings),
      },
      store: (index) => this.folder.store(index),
      tries: settings.tries,
      poll: settings.poll,
      onUnits: (ids) => {
        for (const id of ids) {
          const label = labels.get(id);
          if (label !== undefined) observer.finished(label);
        }
      },
      tell: (text) => observer.told(text),
      keep: (state) => this.folder.keepLeft({ ...state, experiment: digestOf(experiment), order }),
      signal,
    });
  }

  async #cancel({ jobs }: LeftArray): Promise<void> {
    this.options.observer.told(`slurm: job ${jobs.join(", ")} of an earlier command is cancelled`);
    await cancelJobs(jobs);
    await untilOver(jobs);
  }

  #collect(): RunRecord[] {
    const { store, observer } = this.options;
    const records = collectShards(this.folder, store, (text) => observer.told(text));
    this.folder.forgetLeft();
    return records;
  }
}

/** Indices of the tasks that have something to do. */
function busyTasks({ groups }: Round, tasks: number): number[] {
  const indices = Array.from({ length: tasks }, (_, at) => at + 1);
  return indices.filter((index) => shareOf(groups, { index, of: tasks }).length > 0);
}
