/**
 * A pool of child processes for work that may hang, crash or eat the memory.
 *
 * A job streams its results; each one restarts its time limit. A process that misses the limit,
 * grows over the memory limit or dies is killed and replaced, and its job alone fails.
 *
 * @module
 */
import { type ChildProcess, fork } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { isAbsent } from "./files.ts";

/** Why a job failed. */
export class JobFailure extends Error {
  override readonly name = "JobFailure";

  /** @param kind "threw": its own error; the process lives on. Else the process is gone. */
  constructor(readonly kind: "threw" | "timeout" | "memory" | "died" | "stopped", message: string) {
    super(message);
  }
}

/** Bounds of one job. */
export interface Limits {
  /** Milliseconds without any result. */
  readonly silentMs: number;
  /** Bytes of resident memory. */
  readonly memoryBytes: number;
}

/** Linux graphics drivers complain on standard error where nothing says which folder is for them. */
const ENV = { XDG_RUNTIME_DIR: tmpdir(), ...Deno.env.toObject() };

type Message<P, R> = { progress: P } | { done: R } | { threw: string };

const MEMORY_POLL_MS = 250;

/** One child process: idle, or at one job. */
export class WorkerProcess implements AsyncDisposable {
  #child: ChildProcess | undefined;
  /** Ends of all processes that are not gone yet, killed ones too. */
  readonly #exits = new Set<Promise<void>>();
  #stopJob: ((failure: JobFailure) => void) | undefined;

  constructor(private readonly script: URL) {}

  /**
   * Runs one job to its end.
   *
   * @throws {JobFailure} What came before it as progress stays valid.
   */
  run<P, R>(job: unknown, limits: Limits, onProgress: (progress: P) => void): Promise<R> {
    const child = this.#living();
    return new Promise<R>((resolve, reject) => {
      const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
      const late = (): void =>
        fail(new JobFailure("timeout", `gave no result within ${seconds(limits.silentMs)}`));
      let timer = setTimeout(late, limits.silentMs);
      const poll = setInterval(() => {
        const bytes = residentBytes(child.pid);
        if (bytes > limits.memoryBytes) {
          const mebibytes = Math.round(limits.memoryBytes / 2 ** 20);
          fail(new JobFailure("memory", `grew over ${mebibytes} MiB of memory`));
        }
      }, MEMORY_POLL_MS);
      const onMessage = (message: Message<P, R>): void => {
        clearTimeout(timer);
        if ("progress" in message) {
          timer = setTimeout(late, limits.silentMs);
          onProgress(message.progress);
        } else {
          end();
          if ("done" in message) resolve(message.done);
          else reject(new JobFailure("threw", message.threw));
        }
      };
      const onExit = (code: number | null, signal: string | null): void =>
        fail(new JobFailure("died", `its process ended (${signal ?? `status ${code}`})`));
      const end = (): void => {
        clearTimeout(timer);
        clearInterval(poll);
        child.off("message", onMessage);
        child.off("exit", onExit);
        this.#stopJob = undefined;
      };
      const fail = (failure: JobFailure): void => {
        end();
        this.#child = undefined;
        child.kill("SIGKILL");
        reject(failure);
      };
      this.#stopJob = fail;
      child.on("message", onMessage);
      child.on("exit", onExit);
      child.send({ job } as never);
    });
  }

  #living(): ChildProcess {
    const { exitCode, signalCode } = this.#child ?? {};
    if (this.#child && exitCode === null && signalCode === null) return this.#child;
    // "advanced" keeps typed arrays; JSON would make objects of them
    const child = fork(fileURLToPath(this.script), [], { serialization: "advanced", env: ENV });
    const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()))
      .then(() => void this.#exits.delete(exit));
    this.#exits.add(exit);
    this.#child = child;
    return child;
  }

  /** Ends the process, and the job that it may be at; returns when it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopJob?.(new JobFailure("stopped", "the run was stopped"));
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
    await Promise.all(this.#exits);
  }
}

const PAGE_BYTES = 4096;

/** Resident memory of a process; 0 where the system does not tell. */
function residentBytes(pid: number | undefined): number {
  try {
    const pages = Deno.readTextFileSync(`/proc/${pid}/statm`).split(" ")[1];
    return Number(pages) * PAGE_BYTES;
  } catch (error) {
    if (isAbsent(error)) return 0;
    throw error;
  }
}
