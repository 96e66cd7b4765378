/**
 * Who computes a step: one network, or replicas of it (replicas.ts).
 *
 * @module
 */
import type { RandomKey } from "../core/random.ts";
import { tf } from "../core/tensor/backend.ts";
import type { CropBatch } from "./crop_stream.ts";
import type { Computed, Network, StepSettings } from "./network.ts";

/** Computes losses and takes steps. */
export interface Team extends Disposable {
  /** As {@linkcode Network.compute}, over all crops of a batch. */
  compute(objective: number, batch: CropBatch, key: RandomKey): Promise<Computed>;
  /** As {@linkcode Network.apply}. */
  apply(objective: number, computed: Computed, settings: StepSettings): Promise<number>;
}

/** A network that does all by itself. */
export class Solo implements Team {
  constructor(private readonly network: Network) {}

  compute(objective: number, batch: CropBatch, key: RandomKey): Promise<Computed> {
    return computeShare(this.network, objective, batch, key);
  }

  apply(objective: number, computed: Computed, settings: StepSettings): Promise<number> {
    return this.network.apply(objective, computed, settings);
  }

  [Symbol.dispose](): void {}
}

/** Loss and gradients of some crops. */
export async function computeShare(
  network: Network,
  objective: number,
  { values, count, side }: CropBatch,
  key: RandomKey,
): Promise<Computed> {
  const crops = tf.tensor4d(values, [count, side, side, 3]);
  try {
    return await network.compute(objective, crops, key);
  } finally {
    crops.dispose();
  }
}
