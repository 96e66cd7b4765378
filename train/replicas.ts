/**
 * A batch shared by several replicas of the network, each in a worker with an engine of its own:
 * each computes the gradients of its share, and all take the step of their mean. The same number of
 * replicas gives the same bits.
 *
 * @module
 */
import { DataError } from "../core/errors.ts";
import type { RandomKey } from "../core/random.ts";
import type { TensorOptions } from "../core/tensor/engine.ts";
import { countValues } from "../core/tensor/nn/parameters.ts";
import type { TrainingGoal } from "../core/tensor/trainable.ts";
import type { CropBatch } from "./crop_stream.ts";
import type { Computed, Network, StepSettings } from "./network.ts";
import type { ReplicaMessage, ReplicaReply, ReplicaRequest } from "./replica_worker.ts";
import { SharedGradients, type SharedNames, shareMemory } from "./shared_gradients.ts";
import { computeShare, type Team } from "./team.ts";

/** What makes replicas of a network. */
export interface ReplicasRequest {
  /** All of them, with the one of this process. */
  readonly count: number;
  readonly engine: TensorOptions;
  /** Module whose export `trainable` is the codec's. */
  readonly module: string;
  readonly goal: TrainingGoal;
}

/** The network of this process (rank 0) and its replicas. */
export class Replicas implements Team {
  readonly #network: Network;
  readonly #others: readonly Replica[];
  readonly #shared: SharedGradients;
  #turn = 0;
  #names: SharedNames = { gradients: [], updates: [] };

  private constructor(network: Network, others: readonly Replica[], shared: SharedGradients) {
    this.#network = network;
    this.#others = others;
    this.#shared = shared;
  }

  /** Starts the workers and gives them the network as it is. */
  static async open(network: Network, request: ReplicasRequest): Promise<Replicas> {
    const memory = shareMemory(countValues(network.trainable.declarations), request.count);
    const snapshot = await network.snapshot();
    using stack = new DisposableStack();
    const others = Array.from(
      { length: request.count - 1 },
      () => stack.use(new Replica()),
    );
    await Promise.all(others.map((other, index) => {
      const open: ReplicaRequest = { ...request, rank: index + 1, snapshot, memory };
      return other.ask({ open });
    }));
    stack.move();
    return new Replicas(network, others, new SharedGradients(memory, network.weights.values));
  }

  async compute(objective: number, batch: CropBatch, key: RandomKey): Promise<Computed> {
    const turn = ++this.#turn, shares = split(batch, this.#others.length + 1);
    const asked = this.#others.map((other, index) => {
      const compute = shares[index + 1] as CropBatch;
      const { words: keyWords } = key.derive("share", index + 1);
      return other.ask({ compute, objective, keyWords, turn });
    });
    const own = await computeShare(
      this.#network,
      objective,
      shares[0] as CropBatch,
      key.derive("share", 0),
    );
    this.#names = await this.#shared.write(0, turn, own);
    const replies = [own, ...await Promise.all(asked)] as Computed[];
    const mean = (of: (one: Computed) => number): number =>
      replies.reduce((sum, one) => sum + of(one), 0) / replies.length;
    const names = Object.keys(own.parts);
    return {
      loss: mean(({ loss }) => loss),
      parts: Object.fromEntries(
        names.map((name) => [name, mean(({ parts }) => parts[name] ?? NaN)]),
      ),
      ...this.#shared.mean(turn, this.#names),
    };
  }

  async apply(objective: number, computed: Computed, apply: StepSettings): Promise<number> {
    const message = { apply, objective, names: this.#names, turn: this.#turn };
    const asked = this.#others.map((other) => other.ask(message));
    const norm = await this.#network.apply(objective, computed, apply);
    await Promise.all(asked);
    return norm;
  }

  [Symbol.dispose](): void {
    for (const other of this.#others) other[Symbol.dispose]();
  }
}

/** Equal shares of a batch, in order. */
function split({ step, count, side, values }: CropBatch, shares: number): CropBatch[] {
  const each = count / shares, size = each * side * side * 3;
  return Array.from({ length: shares }, (_, index) => ({
    ...{ step, count: each, side },
    values: values.slice(index * size, (index + 1) * size),
  }));
}

interface Waiting {
  readonly resolve: (reply: ReplicaReply) => void;
  readonly reject: (error: Error) => void;
}

/** A worker that answers messages in their order. */
class Replica implements Disposable {
  readonly #worker = new Worker(new URL("./replica_worker.ts", import.meta.url), {
    type: "module",
  });
  readonly #waiting: Waiting[] = [];

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<ReplicaReply>) => {
      const waiting = this.#waiting.shift();
      if (!("error" in data)) waiting?.resolve(data);
      else waiting?.reject(data.deliberate ? new DataError(data.error) : new Error(data.error));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const failure = new Error(`a replica of the network failed: ${event.message}`);
      for (const { reject } of this.#waiting.splice(0)) reject(failure);
    };
  }

  ask(message: ReplicaMessage): Promise<ReplicaReply> {
    const reply = new Promise<ReplicaReply>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
    reply.catch(() => {}); // whoever awaits it hears of it; this process may fail before that
    const crops = "compute" in message ? [message.compute.values.buffer] : [];
    this.#worker.postMessage(message, crops);
    return reply;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
