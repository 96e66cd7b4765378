/**
 * A codec's parameters in training with their averages and optimisers: gradients of its objectives,
 * and the step that they give.
 *
 * @module
 */
import { CodecError } from "../core/errors.ts";
import type { RandomKey } from "../core/random.ts";
import { tf } from "../core/tensor/backend.ts";
import {
  Adam,
  type AdamMemory,
  blankMemory,
  clipping,
  replace,
  type Weights,
} from "../core/tensor/nn/adam.ts";
import { fromFile, initialise, Parameters, toFile } from "../core/tensor/nn/parameters.ts";
import type { Declarations } from "../core/tensor/nn/parameters.ts";
import type { Loss, Objective, Trainable } from "../core/tensor/trainable.ts";

/** What an objective says about some crops. Owns its tensors. */
export interface Computed {
  readonly loss: number;
  readonly parts: Readonly<Record<string, number>>;
  /** By parameter. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
  /** New values of parameters that are not trained. */
  readonly updates: ReadonlyMap<string, tf.Tensor>;
}

/** How a step is taken. */
export interface StepSettings {
  readonly rate: number;
  /** Largest norm of an objective's gradient. */
  readonly clip: number;
  /** Weight of the past in the running average of the weights. */
  readonly decay: number;
}

/** All that is state, as a file holds it: values by kind and parameter. */
export interface Snapshot {
  readonly values: ReadonlyMap<string, Float32Array>;
  readonly average: ReadonlyMap<string, Float32Array>;
  readonly first: ReadonlyMap<string, Float32Array>;
  readonly second: ReadonlyMap<string, Float32Array>;
  /** Steps of each objective's optimiser. */
  readonly counts: readonly number[];
}

/** The kinds of values in a {@linkcode Snapshot}. */
export const SNAPSHOT_KINDS = ["values", "average", "first", "second"] as const;

/** Parameters and optimisers of a codec in training. */
export class Network implements Disposable {
  readonly trainable: Trainable;
  readonly weights: Weights;
  readonly #optimisers: readonly Adam[];
  /** Names of the parameters that each objective trains. */
  readonly #trained: readonly (readonly string[])[];

  private constructor(trainable: Trainable, weights: Weights, memories: readonly AdamMemory[]) {
    this.trainable = trainable;
    this.weights = weights;
    this.#optimisers = memories.map((memory) => new Adam(memory));
    this.#trained = trainable.objectives.map((objective) => namesOf(trainable, objective));
  }

  /**
   * Untrained.
   *
   * @param given Values to start from instead of the initial ones, by name, as in a file.
   * @throws {CodecError} When the codec's objectives contradict its declarations.
   */
  static fresh(
    trainable: Trainable,
    key: RandomKey,
    given: ReadonlyMap<string, Float32Array> = new Map(),
  ): Network {
    checkObjectives(trainable);
    const { declarations } = trainable;
    const values = initialise(declarations, key);
    const known = new Map([...given].filter(([name]) => name in declarations));
    for (const [name, value] of fromFile(only(declarations, [...known.keys()]), known)) {
      replace(values, name, value);
    }
    const trained = trainable.objectives.map((objective) => namesOf(trainable, objective));
    const average = copies(values, trained.flat());
    const memories = trained.map((names) => blankMemory(pick(values, names)));
    return new Network(trainable, { values, average }, memories);
  }

  /** As it was when a snapshot was taken. */
  static restored(trainable: Trainable, snapshot: Snapshot): Network {
    checkObjectives(trainable);
    const { declarations, objectives } = trainable;
    const read = (kind: keyof Snapshot, names: readonly string[]): Map<string, tf.Tensor> =>
      fromFile(only(declarations, names), snapshot[kind] as ReadonlyMap<string, Float32Array>);
    const trained = objectives.map((objective) => namesOf(trainable, objective));
    const memories = trained.map((names, index) => ({
      first: read("first", names),
      second: read("second", names),
      count: snapshot.counts[index] ?? 0,
    }));
    const values = read("values", Object.keys(declarations));
    return new Network(trainable, { values, average: read("average", trained.flat()) }, memories);
  }

  /** Names and number of the parameters that an objective trains. */
  trained(objective: number): readonly string[] {
    return this.#trained[objective] as readonly string[];
  }

  /**
   * Loss of an objective and its gradients.
   *
   * @param crops f32[n, side, side, 3] in [0, 1].
   * @throws {CodecError} When the loss does not depend on a parameter that it trains.
   */
  async compute(objective: number, crops: tf.Tensor4D, key: RandomKey): Promise<Computed> {
    const names = this.trained(objective);
    const { loss, gradients } = this.#differentiate(objective, crops, key);
    const parts = await numbers(loss.parts ?? {});
    const [value] = await loss.value.data();
    tf.dispose([loss.value, ...Object.values(loss.parts ?? {})]);
    return {
      loss: value as number,
      parts,
      gradients: new Map(names.map((name, index) => [name, gradients[index] as tf.Tensor])),
      updates: loss.updates ?? new Map(),
    };
  }

  #differentiate(
    index: number,
    crops: tf.Tensor4D,
    key: RandomKey,
  ): { loss: Loss; gradients: tf.Tensor[] } {
    const { values } = this.weights;
    const names = this.trained(index);
    const objective = this.trainable.objectives[index] as Objective;
    let kept: Loss | undefined;
    const forward = (): tf.Scalar => {
      const loss = objective.loss(new Parameters(values), crops, key);
      // A copy, since a part may be the loss itself, and the tape's scope ends with this function.
      const keep = <T extends tf.Tensor>(tensor: T): T => tf.keep(tf.clone(tensor));
      kept = {
        value: keep(loss.value),
        parts: mapValues(loss.parts ?? {}, keep),
        updates: new Map([...loss.updates ?? []].map(([name, value]) => [name, keep(value)])),
      };
      return loss.value;
    };
    const trained = names.map((name) => values.get(name) as tf.Tensor);
    const { value, grads } = tf.engine().gradients(forward, trained, undefined, true);
    value.dispose();
    const untouched = names.filter((_, at) => !grads[at]);
    const { loss, gradients } = { loss: kept as Loss, gradients: grads };
    if (untouched.length > 0) {
      tf.dispose([gradients.filter(Boolean), loss.value, ...Object.values(loss.parts ?? {})]);
      throw new CodecError(
        `objective "${objective.name}" trains "${untouched[0]}"` +
          (untouched.length > 1 ? ` and ${untouched.length - 1} more` : "") +
          `, but its loss does not depend on it`,
      );
    }
    return { loss, gradients };
  }

  /**
   * Takes the step of an objective and disposes what was computed for it.
   *
   * @returns Norm of the gradient before clipping. Where it is not finite, no step was taken.
   */
  async apply(objective: number, computed: Computed, settings: StepSettings): Promise<number> {
    const { gradients, updates } = computed;
    const { norm, scale } = await clipping(gradients, settings.clip);
    if (Number.isFinite(norm)) {
      const { rate, decay } = settings;
      (this.#optimisers[objective] as Adam).step(this.weights, gradients, { rate, scale, decay });
      for (const [name, value] of updates) {
        checkUpdate(this.weights.values, name, value);
        replace(this.weights.values, name, tf.keep(tf.clone(value)));
      }
    }
    dispose(computed);
    return norm;
  }

  /** Replaces values before the first step: what a codec does not draw at random. */
  set(values: ReadonlyMap<string, tf.Tensor>): void {
    for (const [name, value] of values) {
      checkUpdate(this.weights.values, name, value);
      replace(this.weights.values, name, value);
      if (this.weights.average.has(name)) replace(this.weights.average, name, tf.clone(value));
    }
  }

  /** The averages where there are some: what is validated and shipped. Owned by the network. */
  averaged(): Parameters {
    return new Parameters(new Map([...this.weights.values, ...this.weights.average]));
  }

  /** All that is state. */
  async snapshot(): Promise<Snapshot> {
    const { declarations } = this.trainable;
    const read = (tensors: ReadonlyMap<string, tf.Tensor>): Promise<Map<string, Float32Array>> =>
      toFile(only(declarations, [...tensors.keys()]), tensors);
    const all = (kind: "first" | "second"): ReadonlyMap<string, tf.Tensor> =>
      new Map(this.#optimisers.flatMap(({ memory }) => [...memory[kind]]));
    return {
      values: await read(this.weights.values),
      average: await read(this.weights.average),
      first: await read(all("first")),
      second: await read(all("second")),
      counts: this.#optimisers.map(({ memory }) => memory.count),
    };
  }

  [Symbol.dispose](): void {
    for (const optimiser of this.#optimisers) optimiser[Symbol.dispose]();
    tf.dispose([...this.weights.values.values(), ...this.weights.average.values()]);
    this.weights.values.clear();
    this.weights.average.clear();
  }
}

/** Frees the tensors of a computation that is not applied. */
export function dispose({ gradients, updates }: Computed): void {
  tf.dispose([...gradients.values(), ...updates.values()]);
}

function namesOf({ declarations }: Trainable, { trains }: Objective): string[] {
  return Object.keys(declarations).filter((name) => trains(name));
}

function checkObjectives(trainable: Trainable): void {
  const owners = new Map<string, string>();
  for (const objective of trainable.objectives) {
    const names = namesOf(trainable, objective);
    if (names.length === 0) {
      throw new CodecError(`objective "${objective.name}" trains no parameter`);
    }
    for (const name of names) {
      const other = owners.get(name);
      if (other !== undefined) {
        throw new CodecError(`objectives "${other}" and "${objective.name}" both train "${name}"`);
      }
      owners.set(name, objective.name);
    }
  }
}

function checkUpdate(values: ReadonlyMap<string, tf.Tensor>, name: string, next: tf.Tensor): void {
  const shape = values.get(name)?.shape;
  if (shape?.join() !== next.shape.join()) {
    throw new CodecError(
      `new value of parameter "${name}": shape [${shape ?? "there is none"}]; got [${next.shape}]`,
    );
  }
}

function only(declarations: Declarations, names: readonly string[]): Declarations {
  const wanted = new Set(names);
  return Object.fromEntries(Object.entries(declarations).filter(([name]) => wanted.has(name)));
}

function pick(
  tensors: ReadonlyMap<string, tf.Tensor>,
  names: readonly string[],
): Map<string, tf.Tensor> {
  return new Map(names.map((name) => [name, tensors.get(name) as tf.Tensor]));
}

function copies(
  tensors: ReadonlyMap<string, tf.Tensor>,
  names: readonly string[],
): Map<string, tf.Tensor> {
  return new Map([...pick(tensors, names)].map(([name, tensor]) => [name, tf.clone(tensor)]));
}

function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

async function numbers(scalars: Readonly<Record<string, tf.Scalar>>): Promise<
  Record<string, number>
> {
  const entries = Object.entries(scalars).map(async ([name, scalar]) =>
    [name, (await scalar.data())[0] as number] as const
  );
  return Object.fromEntries(await Promise.all(entries));
}
