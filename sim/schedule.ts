/**
 * Hands items of work out to workers.
 *
 * @module
 */

/** How items are handed out. */
export interface Sharing<T, W> {
  readonly items: readonly T[];
  readonly workers: readonly W[];
  /** Items of one affinity share work when one worker does them: codecs of the same picture. */
  affinity(item: T): unknown;
  work(item: T, worker: W): Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Runs every item on some worker, one at a time each. A worker prefers items of the affinity that
 * it had last, then of one that no other worker is at, then any. Ends early when aborted.
 */
export async function shareOut<T, W>(
  { items, workers, affinity, work, signal }: Sharing<T, W>,
): Promise<void> {
  const waiting = [...items];
  const current = new Map<W, unknown>();
  const next = (worker: W): T | undefined => {
    const mine = current.get(worker);
    let index = current.has(worker) ? waiting.findIndex((item) => affinity(item) === mine) : -1;
    if (index < 0) {
      const busy = new Set(current.values());
      index = waiting.findIndex((item) => !busy.has(affinity(item)));
    }
    const [item] = waiting.splice(Math.max(0, index), 1);
    if (item !== undefined) current.set(worker, affinity(item));
    return item;
  };
  await Promise.all(workers.map(async (worker) => {
    while (!signal.aborted) {
      const item = next(worker);
      if (item === undefined) break;
      await work(item, worker);
    }
    current.delete(worker);
  }));
}
