/**
 * The worker of the pool: simulates the batches that it is sent, one after the other.
 *
 * @module
 */
import { type Answer, type Batch, runBatch } from "./pool.ts";

interface WorkerScope {
  onmessage: ((event: MessageEvent<Batch>) => void) | null;
  postMessage(answer: Answer): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = (event) => {
  try {
    scope.postMessage({ tally: runBatch(event.data) });
  } catch (error) {
    scope.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
scope.postMessage({ ready: true });
