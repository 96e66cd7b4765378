/**
 * The files of a job array, and the order that all its tasks read: what is to be computed. A task
 * adds nothing but its index.
 *
 *     OUT/slurm/order.json    what to compute
 *               task.sh       the batch script
 *               array.json    which jobs do it, for a submitting process that was cut off
 *               shard-3/      results of a task
 *               shard-3.log   what it printed
 *
 * @module
 */
import { DataError } from "../../core/errors.ts";
import { digestOf } from "../canonical.ts";
import type { Experiment } from "../experiment.ts";
import { isAbsent } from "../files.ts";
import type { PlannedImage } from "../plan.ts";
import type { RunRecord } from "../run_record.ts";
import type { RunOptions } from "../simulate.ts";
import type { ArrayState } from "./array.ts";

/** What the tasks of an array compute. */
export interface Order {
  readonly experiment: Experiment;
  /** Shards, one a task. */
  readonly tasks: number;
  readonly trials: readonly number[];
  /** Names of points. */
  readonly points: readonly string[];
  /** Pictures of the data set: a task reads those alone that it needs. */
  readonly images: readonly PlannedImage[];
  /** Path of the store that is only read; what it holds is not computed again. */
  readonly known: string;
  readonly run: Omit<RunOptions, "observer" | "signal" | "elsewhere">;
}

/** An array that a process left at work. */
export interface LeftArray extends ArrayState {
  /** Digest of the experiment. */
  readonly experiment: string;
  /** See {@linkcode orderDigest}. */
  readonly order: string;
}

/** The files of an array. */
export class ArrayFolder {
  /** @param path Absolute: tasks have working folders of their own. */
  constructor(readonly path: string) {}

  /** The folder in which an order lies. */
  static ofOrder(order: string): ArrayFolder {
    return new ArrayFolder(order.slice(0, order.lastIndexOf("/")));
  }

  get order(): string {
    return `${this.path}/order.json`;
  }

  get script(): string {
    return `${this.path}/task.sh`;
  }

  /** What a task printed; for sbatch `%a` stands for the index. */
  log(index: number | "%a"): string {
    return `${this.path}/shard-${index}.log`;
  }

  /** The folder of a task's own results. */
  results(index: number): string {
    return `${this.path}/shard-${index}`;
  }

  /** The store of a task. */
  store(index: number): string {
    return `${this.results(index)}/results.sqlite`;
  }

  /** Tasks that have a folder. */
  begun(): number[] {
    const names = namesIn(this.path);
    const indices = names.flatMap((name) => /^shard-(\d+)$/.exec(name)?.slice(1).map(Number) ?? []);
    return indices.sort((a, b) => a - b);
  }

  /** Removes what a task has computed. */
  removeResults(index: number): void {
    remove(this.results(index));
  }

  /** Removes all. */
  remove(): void {
    remove(this.path);
  }

  /** Remembers an array for a process that comes after this one. */
  keepLeft(array: LeftArray): void {
    this.write(this.#jobs, JSON.stringify(array));
  }

  /** The array that an earlier process has left; undefined when there is none. */
  left(): LeftArray | undefined {
    try {
      return JSON.parse(Deno.readTextFileSync(this.#jobs));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw new DataError(`cannot read "${this.#jobs}": ${reason(error)}; remove it to start anew`);
    }
  }

  /** The array is over. */
  forgetLeft(): void {
    remove(this.#jobs);
  }

  get #jobs(): string {
    return `${this.path}/array.json`;
  }

  /**
   * Writes a file whole or not at all; the folder is made where it is missing.
   *
   * @throws {DataError} When that is not possible.
   */
  write(path: string, text: string): void {
    try {
      Deno.mkdirSync(this.path, { recursive: true });
      Deno.writeTextFileSync(`${path}.part`, text);
      Deno.renameSync(`${path}.part`, path);
    } catch (error) {
      throw new DataError(`cannot write "${path}": ${reason(error)}`);
    }
  }
}

/** Orders of one digest ask for the same units: an array that runs for one does the other's work. */
export function orderDigest(
  { experiment, trials, points, images }: Order,
  { versions }: RunRecord,
): string {
  return digestOf({ experiment, trials, points, images, versions });
}

/**
 * Reads an order, as a task does.
 *
 * @throws {DataError} When it is not there, as on a node that does not see the folder.
 */
export async function readOrder(path: string): Promise<Order> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new DataError(
      `cannot read the order "${path}": ${reason(error)}; does this machine see its folder?`,
    );
  }
}

/** The batch script of every task: the program that runs now, with the same files. */
export function taskScript(order: string): string {
  const program = new URL("../cli/slurm_task.ts", import.meta.url).pathname;
  const words = [Deno.execPath(), "run", "-A", decodeURIComponent(program), order];
  // exec: what Slurm signals or kills is the program itself
  return `#!/bin/sh\nexec ${words.map(quoted).join(" ")}\n`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
