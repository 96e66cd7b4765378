/**
 * A replica of the network in a worker, with an engine of its own.
 *
 * @module
 */
/// <reference lib="webworker" />
import { isDeliberate } from "../core/errors.ts";
import { keyFromWords } from "../core/random.ts";
import { openTensors, type TensorOptions } from "../core/tensor/backend.ts";
import { chooseTensors } from "../core/tensor/engine.ts";
import type { TrainablePlugin, TrainingGoal } from "../core/tensor/trainable.ts";
import type { CropBatch } from "./crop_stream.ts";
import { Network, type Snapshot, type StepSettings } from "./network.ts";
import { SharedGradients, type SharedNames } from "./shared_gradients.ts";
import { computeShare } from "./team.ts";

/** What makes a replica. */
export interface ReplicaRequest {
  readonly rank: number;
  readonly engine: TensorOptions;
  /** Module whose export `trainable` is the codec's. */
  readonly module: string;
  readonly goal: TrainingGoal;
  readonly snapshot: Snapshot;
  readonly memory: readonly SharedArrayBuffer[];
}

/** To a replica. */
export type ReplicaMessage =
  | { readonly open: ReplicaRequest }
  | {
    readonly compute: CropBatch;
    readonly objective: number;
    readonly keyWords: readonly number[];
    readonly turn: number;
  }
  | {
    readonly apply: StepSettings;
    readonly objective: number;
    readonly names: SharedNames;
    readonly turn: number;
  };

/** From a replica, in the order of the messages. */
export type ReplicaReply =
  | { readonly done: true }
  | { readonly loss: number; readonly parts: Readonly<Record<string, number>> }
  | { readonly error: string; readonly deliberate: boolean };

let replica: { network: Network; shared: SharedGradients; rank: number };

async function open(request: ReplicaRequest): Promise<ReplicaReply> {
  chooseTensors(request.engine);
  await openTensors();
  const { trainable } = await import(request.module) as { trainable: TrainablePlugin };
  const network = Network.restored(await trainable.create(request.goal), request.snapshot);
  const shared = new SharedGradients(request.memory, network.weights.values);
  replica = { network, shared, rank: request.rank };
  return { done: true };
}

async function answer(message: ReplicaMessage): Promise<ReplicaReply> {
  if ("open" in message) return await open(message.open);
  const { network, shared, rank } = replica;
  if ("apply" in message) {
    const { apply, objective, names, turn } = message;
    const computed = { loss: NaN, parts: {}, ...shared.mean(turn, names) };
    await network.apply(objective, computed, apply);
    return { done: true };
  }
  const { compute, objective, keyWords, turn } = message;
  const computed = await computeShare(network, objective, compute, keyFromWords(keyWords));
  await shared.write(rank, turn, computed);
  return { loss: computed.loss, parts: computed.parts };
}

// One after another: a message may come while the last one's tensors are being read.
let last: Promise<void> = Promise.resolve();
self.onmessage = ({ data }: MessageEvent<ReplicaMessage>) => {
  last = last.then(async () => {
    try {
      self.postMessage(await answer(data));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const reply: ReplicaReply = { error: text, deliberate: isDeliberate(error) };
      self.postMessage(reply);
    }
  });
};
