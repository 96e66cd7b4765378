/**
 * One job array from its submission to its end: which tasks have done their work, which are sent
 * again, which are given up.
 *
 * Slurm does not send a task again whose batch script was killed, whatever `--requeue` says (that is
 * for nodes that die), so this does; a task that somebody cancels stays so. Whether a task has done its work is read from its store alone:
 * the queue forgets, and a task that ends well may have been killed on its last step.
 *
 * @module
 */
import { cancelJobs, isOver, submitArray, type TaskState, taskStates } from "./cluster.ts";
import { ShardView } from "./shard_view.ts";

/** Seconds between two looks at the stores, which ask nothing of the cluster. */
const LOOK_S = 0.5;
/** Looks at the queue until what a task wrote at its end is surely seen here, over a network. */
const LOOKS_AFTER_END = 4;
/** Seconds that Slurm may take to end what is cancelled. */
const CANCEL_S = 60;

/** Reasons for which a task would wait for ever; one that its user holds is none. */
const NEVER_STARTS = /launch.failed|JobHoldMaxRequeue|BadConstraints|DependencyNeverSatisfied/i;

/** How an array is run. */
export interface ArrayOptions {
  /** Submits tasks by their indices and gives the job's id; see {@linkcode submitArray}. */
  readonly request: Omit<Parameters<typeof submitArray>[0], "indices">;
  /** Of each task, by its index. */
  readonly store: (index: number) => string;
  /** Submissions of a task. */
  readonly tries: number;
  /** Seconds between two looks at the queue. */
  readonly poll: number;
  /** Units that were stored by a task. */
  readonly onUnits: (units: readonly string[]) => void;
  /** Something that a user may want to know: one sentence. */
  readonly tell: (text: string) => void;
  /** Called whenever {@linkcode JobArray.state} has changed, before it is acted on. */
  readonly keep: (state: ArrayState) => void;
  readonly signal: AbortSignal;
}

/** What another process must know to go on with an array. */
export interface ArrayState {
  /** Jobs that were submitted for it. */
  readonly jobs: readonly string[];
  /** Tasks that are not done: how often each was submitted, and as part of which job last. */
  readonly tasks: readonly (readonly [index: number, tries: number, job: string])[];
}

/** A task that was given up. */
export interface LostTask {
  readonly index: number;
  readonly tries: number;
  /** What Slurm said of it last. */
  readonly why: string;
}

interface Task {
  readonly index: number;
  readonly view: ShardView;
  job: string;
  tries: number;
  /** When the queue first said that it is over, while its store does not; seconds. */
  overSince?: number;
}

/** The tasks of an array that are not done yet. */
export class JobArray {
  readonly #open = new Map<number, Task>();
  readonly #jobs: string[] = [];
  readonly #lost: LostTask[] = [];
  #waitingFor = "";
  #isSilent = false;

  constructor(private readonly options: ArrayOptions) {}

  /** Submits tasks for the first time. */
  async start(indices: readonly number[]): Promise<void> {
    for (const index of indices) this.#add(index, 0, "");
    await this.#submit(indices);
  }

  /** Goes on with what another process submitted. */
  resume({ jobs, tasks }: ArrayState): void {
    this.#jobs.push(...jobs);
    for (const [index, tries, job] of tasks) this.#add(index, tries, job);
  }

  #add(index: number, tries: number, job: string): void {
    this.#open.set(index, { index, tries, job, view: new ShardView(this.options.store(index)) });
  }

  async #submit(indices: readonly number[]): Promise<void> {
    const job = await submitArray({ ...this.options.request, indices });
    this.#jobs.push(job);
    for (const index of indices) {
      const task = this.#open.get(index) as Task;
      task.job = job;
      task.tries++;
      delete task.overSince;
    }
    this.#keep();
    const what = indices.length === 1 ? `task ${indices[0]}` : `${indices.length} tasks`;
    this.options.tell(`slurm: job ${job}, ${what}`);
  }

  #keep(): void {
    const tasks = [...this.#open.values()];
    this.options.keep({
      jobs: this.#jobs,
      tasks: tasks.map(({ index, tries, job }) => [index, tries, job]),
    });
  }

  /**
   * Waits until every task is done or given up.
   *
   * @returns Those that were given up.
   * @throws {DOMException} When the signal stops it; the jobs are cancelled and gone then.
   */
  async finish(): Promise<LostTask[]> {
    const { poll, signal } = this.options;
    let asked = 0; // at once: what another process submitted may be over
    for (;;) {
      this.#look();
      if (this.#open.size === 0) return this.#lost;
      if (seconds() - asked >= poll) {
        asked = seconds();
        await this.#ask();
      }
      await pause(LOOK_S, signal);
      if (signal.aborted) {
        await this.cancel();
        this.#look();
        signal.throwIfAborted();
      }
    }
  }

  /** Reads the stores of all tasks that are not done. */
  #look(): void {
    for (const task of this.#open.values()) this.#lookAt(task);
  }

  #lookAt({ index, view }: Task, isUrgent = false): void {
    const { units, ended } = view.look(isUrgent);
    if (units.length > 0) this.options.onUnits(units);
    if (ended) this.#open.delete(index);
  }

  /** Asks the queue, and sends again what is over without being done. */
  async #ask(): Promise<void> {
    const { poll, tries, tell } = this.options;
    const states = await taskStates(this.#jobs);
    if (!states && !this.#isSilent) tell("slurm: the queue does not answer; the tasks go on");
    this.#isSilent = !states;
    if (!states) return;
    const again: number[] = [];
    for (const task of this.#open.values()) {
      const state = states.find(({ job, index }) => job === task.job && index === task.index);
      const stuck = state !== undefined && NEVER_STARTS.test(state.reason);
      if (state && !isOver(state) && !stuck) {
        delete task.overSince;
        continue;
      }
      if (stuck) await cancelJobs([`${task.job}_${task.index}`]);
      this.#lookAt(task, true); // after the answer: what was over then has written all it had
      if (!this.#open.has(task.index)) continue;
      // one that ended well must have written; one that was killed may have, a moment ago
      task.overSince ??= seconds();
      const looks = state && state.state !== "COMPLETED" ? 1 : LOOKS_AFTER_END;
      if (!stuck && seconds() - task.overSince < looks * poll) continue;
      const why = lastWords(state);
      const isWanted = state?.state !== "CANCELLED"; // else by its user, or an administrator
      if (task.tries < tries && isWanted) {
        tell(`slurm: task ${task.index} did not end its work (${why}); sent again`);
        again.push(task.index);
      } else {
        this.#open.delete(task.index);
        this.#lost.push({ index: task.index, tries: task.tries, why });
      }
    }
    if (again.length > 0) await this.#submit(again);
    this.#tellWaiting(states);
  }

  /** Says once why nothing runs. */
  #tellWaiting(states: readonly TaskState[]): void {
    const waiting = states.filter(({ state }) => state === "PENDING");
    const isIdle = waiting.length > 0 &&
      waiting.length === states.filter((one) => !isOver(one)).length;
    const reason = isIdle ? waiting[0]?.reason ?? "" : "";
    if (reason !== "" && reason !== "None" && reason !== this.#waitingFor) {
      this.options.tell(`slurm: all tasks wait in the queue (${reason})`);
    }
    this.#waitingFor = reason;
  }

  /** Cancels all jobs and waits until their tasks are gone. */
  async cancel(): Promise<void> {
    await cancelJobs(this.#jobs);
    await untilOver(this.#jobs);
  }
}

/** Waits until the queue says that nothing of these jobs runs any more, for a minute at most. */
export async function untilOver(jobs: readonly string[]): Promise<void> {
  const begun = seconds();
  while (seconds() - begun < CANCEL_S) {
    const states = await taskStates(jobs);
    if (states?.every(isOver)) return;
    await pause(LOOK_S);
  }
}

function lastWords(state: TaskState | undefined): string {
  if (!state) return "the queue does not know it any more";
  const { reason, node } = state;
  const why = reason === "" || reason === "None" ? "" : `, ${reason}`;
  return `${state.state}${why}${node === "" ? "" : ` on ${node}`}`;
}

function seconds(): number {
  return performance.now() / 1000;
}

/** Waits; an abort ends it early. */
function pause(length: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, 1000 * length);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
  });
}
