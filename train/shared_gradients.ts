/**
 * Memory in which the replicas of a network lay their gradients beside each other, so that each can
 * sum them for itself: in the same order everywhere, hence to the same bits.
 *
 * @module
 */
import { tf } from "../core/tensor/backend.ts";
import type { Computed } from "./network.ts";

/** Names of what a replica laid down. */
export interface SharedNames {
  readonly gradients: readonly string[];
  readonly updates: readonly string[];
}

/**
 * Room for two steps of each replica: while a slow one still sums those of the last step, the others
 * write the next.
 */
export function shareMemory(values: number, replicas: number): SharedArrayBuffer[] {
  return Array.from({ length: 2 * replicas }, () => new SharedArrayBuffer(4 * values));
}

/** Where each parameter lies. */
export class SharedGradients {
  readonly #buffers: readonly Float32Array[];
  readonly #replicas: number;
  readonly #places = new Map<string, { readonly begin: number; readonly shape: number[] }>();

  /** @param values All parameters of the network: names, shapes, order. */
  constructor(memory: readonly SharedArrayBuffer[], values: ReadonlyMap<string, tf.Tensor>) {
    this.#buffers = memory.map((buffer) => new Float32Array(buffer));
    this.#replicas = memory.length / 2;
    let begin = 0;
    for (const [name, { shape, size }] of values) {
      this.#places.set(name, { begin, shape });
      begin += size;
    }
  }

  /** Lays down what a replica computed, and frees its tensors. */
  async write(rank: number, turn: number, computed: Computed): Promise<SharedNames> {
    const buffer = this.#bufferOf(rank, turn);
    for (const [name, tensor] of [...computed.gradients, ...computed.updates]) {
      buffer.set(await tensor.data(), this.#placeOf(name).begin);
      tensor.dispose();
    }
    return {
      gradients: [...computed.gradients.keys()],
      updates: [...computed.updates.keys()],
    };
  }

  /** Mean over the replicas of what they laid down. */
  mean(turn: number, names: SharedNames): Pick<Computed, "gradients" | "updates"> {
    const tensors = (list: readonly string[]): Map<string, tf.Tensor> =>
      new Map(list.map((name) => [name, this.#meanOf(turn, name)]));
    return { gradients: tensors(names.gradients), updates: tensors(names.updates) };
  }

  #meanOf(turn: number, name: string): tf.Tensor {
    const { begin, shape } = this.#placeOf(name);
    const size = shape.reduce((product, side) => product * side, 1);
    const parts = Array.from(
      { length: this.#replicas },
      (_, rank) => this.#bufferOf(rank, turn).subarray(begin, begin + size),
    );
    const sum = Float32Array.from(parts[0] as Float32Array);
    for (const part of parts.slice(1)) {
      for (let at = 0; at < size; at++) sum[at] = (sum[at] as number) + (part[at] as number);
    }
    for (let at = 0; at < size; at++) sum[at] = (sum[at] as number) / this.#replicas;
    return tf.tensor(sum, shape);
  }

  #bufferOf(rank: number, turn: number): Float32Array {
    return this.#buffers[2 * rank + turn % 2] as Float32Array;
  }

  #placeOf(name: string): { readonly begin: number; readonly shape: number[] } {
    return this.#places.get(name) as { readonly begin: number; readonly shape: number[] };
  }
}
