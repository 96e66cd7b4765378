/**
 * How an experiment is handed to Slurm: `--slurm partition=long time=2:00:00 tasks=16`.
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";

/** What the job array asks of the cluster, and how it is watched. None of it changes a result. */
export interface SlurmSettings {
  /** Tasks of the array, each with one shard. */
  readonly tasks: number;
  /** Cores of a task, one worker each. */
  readonly cpus: number;
  /** Submissions of a task before it is given up. */
  readonly tries: number;
  /** Seconds between two looks at the queue. */
  readonly poll: number;
  /** As sbatch understands them; absent: the cluster's defaults. */
  readonly partition?: string;
  readonly account?: string;
  readonly time?: string;
  readonly memory?: string;
  /** Further arguments of sbatch. */
  readonly extra: readonly string[];
}

/** A setting as `--help` shows it. */
interface Setting {
  readonly value: string;
  readonly text: string;
}

/** Every setting of `--slurm`. */
export const SLURM_SETTINGS: Readonly<Record<string, Setting>> = {
  tasks: { value: "16", text: "tasks of the array; more than nodes, so that none waits long" },
  cpus: { value: "1", text: "cores of a task, a worker each" },
  partition: { value: "NAME", text: "as sbatch --partition" },
  account: { value: "NAME", text: "as sbatch --account" },
  time: { value: "2:00:00", text: "as sbatch --time" },
  memory: { value: "8G", text: "as sbatch --mem" },
  tries: { value: "3", text: "submissions of a task that fails or is preempted" },
  poll: { value: "10", text: "seconds between two looks at the queue" },
  sbatch: { value: "--qos=low", text: "any other argument of sbatch, again for more" },
};

/** Arguments of sbatch by which the array is made and watched. */
const OURS = ["array", "wait", "wrap", "output", "error", "parsable", "chdir", "test-only"];

/**
 * Reads what follows `--slurm`.
 *
 * @throws {OptionError} On an unknown setting (the nearest is suggested) or a value out of range.
 */
export function parseSlurm(values: readonly string[]): SlurmSettings {
  const extra: string[] = [];
  const given = new Map<string, string>();
  for (const text of values) {
    const [, key = text, value = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    if (!Object.hasOwn(SLURM_SETTINGS, key)) {
      const known = Object.keys(SLURM_SETTINGS);
      throw new OptionError(
        `--slurm: one of ${known.map((name) => `${name}=...`).join(", ")}; got "${text}"` +
          nearest(key, known),
      );
    }
    if (value === "") throw new OptionError(`--slurm ${key}: a value is missing`);
    if (key === "sbatch") extra.push(checkedExtra(value));
    else given.set(key, value);
  }
  const count = (key: string, most: number): number =>
    readCount(key, given.get(key) ?? (SLURM_SETTINGS[key] as Setting).value, most);
  const optional = (key: string): Record<string, string> => {
    const value = given.get(key);
    return value === undefined ? {} : { [key]: value };
  };
  return {
    tasks: count("tasks", 100_000),
    cpus: count("cpus", 1024),
    tries: count("tries", 100),
    poll: count("poll", 3600),
    ...optional("partition"),
    ...optional("account"),
    ...optional("time"),
    ...optional("memory"),
    extra,
  };
}

function checkedExtra(argument: string): string {
  const name = /^--?([\w-]+)/.exec(argument)?.[1];
  if (name === undefined) {
    throw new OptionError(
      `--slurm sbatch: an argument such as sbatch=--qos=low; got "${argument}"`,
    );
  }
  if (OURS.includes(name)) {
    throw new OptionError(`--slurm sbatch: --${name} is set by the program itself`);
  }
  return argument;
}

function readCount(key: string, text: string, most: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new OptionError(`--slurm ${key}: an integer from 1 to ${most}; got "${text}"`);
}

/** Arguments of sbatch for these settings. */
export function sbatchArguments(settings: SlurmSettings): string[] {
  const { cpus, partition, account, time, memory, extra } = settings;
  const named: readonly (readonly [string, string | undefined])[] = [
    ["cpus-per-task", String(cpus)],
    ["partition", partition],
    ["account", account],
    ["time", time],
    ["mem", memory],
  ];
  return [
    ...named.flatMap(([name, value]) => value === undefined ? [] : [`--${name}=${value}`]),
    ...extra,
  ];
}
