/**
 * Where batches of blocks are simulated: in this thread, or in web workers. A batch takes a fraction
 * of a second, so a worker is always between batches when the pool is closed.
 *
 * @module
 */
import { fallbackReason, kernel } from "../kernel/load.ts";
import { type LinkOptions, SimulatedLink, type Tally } from "./link.ts";

/** Some blocks of a link at one noise level. */
export interface Batch {
  readonly link: LinkOptions;
  readonly noiseVariance: number;
  readonly firstBlock: number;
  readonly blocks: number;
}

/** Simulates batches, some of them at once. */
export interface Pool {
  /** Batches that it works on at once. */
  readonly width: number;
  run(batch: Batch): Promise<Tally>;
  close(): void;
}

/**
 * What a worker says. It is ready when the kernel is loaded; what it is sent before is lost, because
 * nobody listens yet.
 */
export type Answer = { readonly ready: true } | { readonly tally: Tally } | {
  readonly error: string;
};

let current: { key: string; link: SimulatedLink } | undefined;

/**
 * Simulates a batch in this thread.
 *
 * @throws {Error} When WebAssembly SIMD is not available.
 */
export function runBatch(batch: Batch): Tally {
  if (!kernel) throw new Error(`a simulated link needs the wasm kernel: ${fallbackReason}`);
  const key = JSON.stringify(batch.link);
  if (current?.key !== key) current = { key, link: new SimulatedLink(kernel, batch.link) };
  return current.link.run(batch.firstBlock, batch.blocks, batch.noiseVariance);
}

/** A pool of this thread alone; between batches other tasks have their turn. */
export function localPool(): Pool {
  return {
    width: 1,
    run: async (batch) => {
      await new Promise((resolve) => setTimeout(resolve));
      return runBatch(batch);
    },
    close: () => {},
  };
}

/** A pool of web workers. */
export function workerPool(width: number): Pool {
  const workers = Array.from({ length: width }, () => new PoolWorker());
  return {
    width,
    run: (batch) => {
      const idle = workers.find((worker) => !worker.busy);
      if (!idle) throw new Error(`the pool works on ${width} batches already`);
      return idle.run(batch);
    },
    close: () => workers.forEach((worker) => worker.close()),
  };
}

interface Settle {
  resolve(tally: Tally): void;
  reject(error: Error): void;
}

class PoolWorker {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  #settle: Settle | undefined;
  /** The batch that waits for the worker to be ready. */
  #waiting: Batch | undefined;
  #ready = false;

  constructor() {
    this.#worker.onmessage = (event: MessageEvent<Answer>) => this.#hear(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault(); // or the whole program ends
      this.#take()?.reject(new Error(`worker: ${event.message}`));
    };
  }

  get busy(): boolean {
    return this.#settle !== undefined;
  }

  run(batch: Batch): Promise<Tally> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      if (this.#ready) this.#worker.postMessage(batch);
      else this.#waiting = batch;
    });
  }

  close(): void {
    this.#worker.terminate();
  }

  #hear(answer: Answer): void {
    if ("ready" in answer) {
      this.#ready = true;
      if (this.#waiting) this.#worker.postMessage(this.#waiting);
      this.#waiting = undefined;
    } else if ("tally" in answer) {
      this.#take()?.resolve(answer.tally);
    } else {
      this.#take()?.reject(new Error(answer.error));
    }
  }

  #take(): Settle | undefined {
    const settle = this.#settle;
    this.#settle = undefined;
    return settle;
  }
}
