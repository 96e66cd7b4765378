/**
 * Brings the stores of an array's tasks into the store of the run, and says what went wrong in them.
 *
 * @module
 */
import { DataError } from "../../core/errors.ts";
import { isAbsent } from "../files.ts";
import { experimentDifference, type RunRecord, versionDifference } from "../run_record.ts";
import { Store } from "../store.ts";
import type { LostTask } from "./array.ts";
import type { ArrayFolder } from "./order.ts";

/**
 * Copies all that the tasks have stored. What was copied is removed; a store that is damaged (its
 * node died) is told and removed too: its units are computed again.
 *
 * @returns What the tasks' stores were filled for.
 * @throws {DataError} When the store of the run cannot be written; the tasks' stores stay.
 */
export function collectShards(
  folder: ArrayFolder,
  store: Store,
  tell: (text: string) => void,
): RunRecord[] {
  return folder.begun().flatMap((index) => {
    const path = folder.store(index);
    const records = readShard(path, tell);
    if (records) store.copyFrom(path);
    folder.removeResults(index);
    return records ?? [];
  });
}

function readShard(path: string, tell: (text: string) => void): RunRecord[] | undefined {
  try {
    if (Deno.statSync(path).size === 0) return undefined; // killed before its birth
    using shard = new Store(path, { borrowed: true });
    return shard.runs();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    if (!(error instanceof DataError)) throw error;
    tell(`slurm: ${error.message}; its units are computed again`);
    return undefined;
  }
}

/** What a task could not do, and whether it did something else than it was asked; no shard named. */
export function shardFailures(record: RunRecord, wanted: RunRecord): string[] {
  const other = [experimentDifference(record, wanted), versionDifference(record, wanted)]
    .filter((text) => text !== "").join("; ");
  if (other === "") return [...record.failures];
  return [
    ...record.failures,
    `slurm: a node computes something else (${other}); give all nodes the same files`,
  ];
}

/** Why a task was given up, with the last that it printed. */
export function lostText({ index, tries, why }: LostTask, folder: ArrayFolder): string {
  const log = folder.log(index);
  const times = tries === 1 ? "1 try" : `${tries} tries`;
  const head = `slurm: task ${index} is given up after ${times} (${why})`;
  const words = lastLine(log);
  return words === undefined
    ? `${head}; it printed nothing: is "${folder.path}" seen by the nodes?`
    : `${head}: ${words}; all that it printed is in ${log}`;
}

/** The error that a log ends with, else its last line; undefined when there is none. */
function lastLine(path: string): string | undefined {
  try {
    const lines = Deno.readTextFileSync(path).split("\n").filter((line) => line.trim() !== "");
    return lines.findLast((line) => line.startsWith("error: ")) ?? lines.at(-1);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
