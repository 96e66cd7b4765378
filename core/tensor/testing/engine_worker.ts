/**
 * A tensor engine in a worker of its own, as benches use it.
 *
 * @module
 */
import type { TensorOptions } from "../backend.ts";
import type { TimingReply, TimingRequest } from "./timing_worker.ts";

/** An engine that runs jobs of timing_worker.ts by name. */
export class EngineWorker {
  readonly #thread = new Worker(new URL("./timing_worker.ts", import.meta.url), { type: "module" });

  private constructor(readonly name: string) {}

  /** Opens an engine; says why and gives undefined where it cannot be had. */
  static async open(
    name: string,
    options: TensorOptions | "tfjs",
  ): Promise<EngineWorker | undefined> {
    const worker = new EngineWorker(name);
    const opened = await worker.#ask({ open: options });
    if (!("error" in opened)) return worker;
    console.log(`${name}: ${opened.error}`);
    worker.stop();
    return undefined;
  }

  /** Milliseconds of one run of a job, or undefined where the engine cannot do it. */
  async run(job: string): Promise<number | undefined> {
    const reply = await this.#ask({ job });
    return "error" in reply ? undefined : reply.ms;
  }

  stop(): void {
    this.#thread.terminate();
  }

  #ask(request: TimingRequest): Promise<TimingReply> {
    const reply = new Promise<TimingReply>((resolve) => {
      this.#thread.onmessage = ({ data }) => resolve(data as TimingReply);
    });
    this.#thread.postMessage(request);
    return reply;
  }
}
