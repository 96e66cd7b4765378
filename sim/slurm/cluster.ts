/**
 * The few commands of Slurm that are needed: submit an array, ask for its tasks, cancel.
 *
 * Accounting (`sacct`) is not asked, because many clusters run without it; whether a task has done
 * its work is said by its store.
 *
 * @module
 */
import { CapabilityError } from "../../core/errors.ts";

/** A job array that is to be submitted. */
export interface ArrayRequest {
  /** Path of the batch script. */
  readonly script: string;
  /** Indices of the tasks. */
  readonly indices: readonly number[];
  /** Where each task writes what it prints; `%a` stands for the index. */
  readonly log: string;
  readonly workingFolder: string;
  /** Further arguments of sbatch. */
  readonly sbatch: readonly string[];
}

/** What the queue says of a task. */
export interface TaskState {
  readonly job: string;
  readonly index: number;
  /** "PENDING", "RUNNING", "NODE_FAIL", ... */
  readonly state: string;
  /** Why it waits, or how it ended. */
  readonly reason: string;
  readonly node: string;
}

/** States after which a task of the same job does not run again. */
const OVER = new Set([
  "BOOT_FAIL",
  "CANCELLED",
  "COMPLETED",
  "DEADLINE",
  "FAILED",
  "NODE_FAIL",
  "OUT_OF_MEMORY",
  "PREEMPTED",
  "REVOKED",
  "TIMEOUT",
]);

/** Whether a task will not run again by itself. */
export function isOver({ state }: TaskState): boolean {
  return OVER.has(state);
}

/**
 * Checks that jobs can be submitted from here.
 *
 * @throws {CapabilityError} When Slurm is not installed.
 */
export async function checkSlurm(): Promise<void> {
  await slurm("sbatch", ["--version"]);
}

/**
 * Submits an array.
 *
 * @returns The id of the job.
 * @throws {CapabilityError} When Slurm refuses it; its own reason is in the text.
 */
export async function submitArray(
  { script, indices, log, workingFolder, sbatch }: ArrayRequest,
): Promise<string> {
  const { code, out, err } = await slurm("sbatch", [
    "--job-name=semcast",
    ...sbatch,
    "--parsable",
    `--array=${indexList(indices)}`,
    `--chdir=${workingFolder}`,
    `--output=${log}`,
    "--open-mode=append", // else a task that is requeued overwrites what it said before
    "--requeue",
    script,
  ]);
  const id = /^\d+/.exec(out.trim())?.[0]; // "123" or "123;cluster"
  if (code === 0 && id !== undefined) return id;
  throw new CapabilityError(`--slurm: the cluster does not take the job: ${reasonOf(err)}`);
}

/** "1-16,18": ascending indices as sbatch reads them. */
export function indexList(indices: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const index of indices) {
    const run = runs.at(-1);
    if (run?.last === index - 1) run.last = index;
    else runs.push({ first: index, last: index });
  }
  return runs.map(({ first, last }) => first === last ? `${first}` : `${first}-${last}`).join(",");
}

/**
 * The tasks of jobs that the queue still knows: those that are to run, those that run, and for some
 * minutes those that have ended.
 *
 * @returns undefined when the queue does not answer; that passes.
 */
export async function taskStates(jobs: readonly string[]): Promise<TaskState[] | undefined> {
  const found: TaskState[] = [];
  for (const job of jobs) {
    const { code, out, err } = await slurm("squeue", [
      "--noheader",
      "--array",
      "--states=all",
      `--jobs=${job}`,
      "--format=%F|%K|%T|%N|%r",
    ]);
    if (code === 0) found.push(...out.split("\n").flatMap(readState));
    else if (!/Invalid job id/i.test(err)) return undefined;
  }
  return found;
}

/** One task a line: "12|3|RUNNING|node7|None". */
function readState(line: string): TaskState[] {
  const [job = "", index = "", state = "", node = "", reason = ""] = line.trim().split("|");
  return /^\d+$/.test(index) ? [{ job, index: Number(index), state, node, reason }] : [];
}

/** Cancels jobs, or single tasks as "12_3"; what has ended already is no error. */
export async function cancelJobs(jobs: readonly string[]): Promise<void> {
  if (jobs.length > 0) await slurm("scancel", ["--quiet", ...jobs]);
}

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function slurm(command: string, args: readonly string[]): Promise<Answer> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      // a Ctrl-C at the terminal is for this program, which cancels in good order
      detached: true,
    }).output();
    const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    return { code, out: decode(stdout), err: decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new CapabilityError(
        `--slurm: ${command} is not installed on this machine; run the same command where jobs ` +
          "are submitted, or use --shard i/n and deno task merge with any other scheduler",
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new CapabilityError(`--slurm: ${command} cannot be run: ${reason}`);
  }
}

/** Slurm's own words, without the names of its commands. */
function reasonOf(err: string): string {
  const lines = err.split("\n").map((line) => line.replace(/^\w+: (?:error: )?/, "").trim());
  return lines.filter((line) => line !== "").join("; ") || "it gives no reason";
}
