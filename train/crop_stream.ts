/**
 * Batches of crops, made in a worker some steps ahead, so that a step never waits for pictures.
 *
 * @module
 */
import { DataError } from "../core/errors.ts";
import type { CropMessage, CropReply, Opened, OpenRequest } from "./crop_worker.ts";
import type { CropRequest } from "./crops.ts";

/** Steps that are prepared while one is computed. */
const AHEAD = 3;

/** Crops of a step: f32[count, side, side, 3]. */
export interface CropBatch extends CropRequest {
  readonly values: Float32Array<ArrayBuffer>;
}

interface Waiting {
  readonly resolve: (values: Float32Array<ArrayBuffer>) => void;
  readonly reject: (error: Error) => void;
}

/** The photographs of a training, and the crops of its steps. */
export class CropStream implements Disposable {
  readonly #worker = new Worker(new URL("./crop_worker.ts", import.meta.url), { type: "module" });
  readonly #batches = new Map<number, Promise<CropBatch>>();
  readonly #waiting = new Map<number, Waiting>();
  #failure: Error | undefined;

  private constructor() {}

  /**
   * Reads the photographs.
   *
   * @throws {DataError} When the folder cannot be read, or has nothing to train on.
   */
  static async open(
    request: OpenRequest,
    onProgress: (read: number, of: number) => void = () => {},
  ): Promise<{ stream: CropStream; opened: Opened }> {
    const stream = new CropStream();
    try {
      return { stream, opened: await stream.#open(request, onProgress) };
    } catch (error) {
      stream[Symbol.dispose]();
      throw error;
    }
  }

  #open(request: OpenRequest, onProgress: (read: number, of: number) => void): Promise<Opened> {
    return new Promise((resolve, reject) => {
      this.#worker.onerror = (event) => {
        event.preventDefault();
        this.#fail(new Error(`the worker that makes crops failed: ${event.message}`));
        reject(this.#failure);
      };
      this.#worker.onmessage = ({ data }: MessageEvent<CropReply>) => {
        if ("read" in data) onProgress(data.read, data.of);
        else if ("opened" in data) resolve(data.opened);
        else if ("step" in data) this.#arrive(data.step, data.values);
        else {
          this.#fail(data.deliberate ? new DataError(data.error) : new Error(data.error));
          reject(this.#failure);
        }
      };
      this.#send({ open: request });
    });
  }

  /**
   * The crops of a step, and a request for those of the next ones.
   *
   * @param plan What a step needs; undefined behind the last one.
   */
  next(step: number, plan: (step: number) => CropRequest | undefined): Promise<CropBatch> {
    for (let ahead = step; ahead <= step + AHEAD; ahead++) {
      const request = plan(ahead);
      if (request && !this.#batches.has(ahead)) this.#batches.set(ahead, this.#ask(request));
    }
    const batch = this.#batches.get(step);
    this.#batches.delete(step);
    return batch ?? Promise.reject(new RangeError(`no crops are planned for step ${step}`));
  }

  #ask(request: CropRequest): Promise<CropBatch> {
    const values = new Promise<Float32Array<ArrayBuffer>>((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#waiting.set(request.step, { resolve, reject });
      this.#send({ crops: request });
    });
    values.catch(() => {}); // who asks for this step hears of it
    return values.then((numbers) => ({ ...request, values: numbers }));
  }

  #arrive(step: number, values: Float32Array<ArrayBuffer>): void {
    this.#waiting.get(step)?.resolve(values);
    this.#waiting.delete(step);
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #send(message: CropMessage): void {
    this.#worker.postMessage(message);
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
