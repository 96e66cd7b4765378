/**
 * Adam over the parameters of a network, with everything that it remembers in the open: a training
 * is resumed to the bit from the weights, the two moments of each parameter and a count.
 *
 * @module
 */
import { CodecError } from "../../errors.ts";
import { adamStep, globalNorm } from "../ops/adam_step.ts";
import { tf } from "../tfjs.ts";

/** Parameters in training. The maps own their tensors: a step replaces them. */
export interface Weights {
  /** By full name. */
  readonly values: Map<string, tf.Tensor>;
  /** Their running average (EMA); those that are not in it have none. */
  readonly average: Map<string, tf.Tensor>;
}

/** What an optimiser remembers. */
export interface AdamMemory {
  /** Running means of the gradients, by name of the parameter. */
  readonly first: Map<string, tf.Tensor>;
  /** Running means of their squares. */
  readonly second: Map<string, tf.Tensor>;
  /** Steps taken. */
  count: number;
}

/** Constants of Adam. Defaults as in the paper. */
export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** Settings of one step. */
export interface StepOptions {
  readonly rate: number;
  /** Gradients are multiplied by this, see {@linkcode clipping}. */
  readonly scale?: number;
  /** Weight of the past in the running average of the weights. */
  readonly decay?: number;
}

/**
 * Optimiser of some parameters of a network. It owns the tensors of its memory.
 *
 * Source: Kingma, Ba, arXiv:1412.6980, algorithm 1, in the form of PyTorch's `torch.optim.Adam`.
 */
export class Adam implements Disposable {
  readonly #options: AdamOptions;

  /** @param memory To go on from; {@linkcode blankMemory} for a new training. */
  constructor(readonly memory: AdamMemory, options: AdamOptions = {}) {
    this.#options = options;
  }

  /**
   * One step: replaces the parameters that have a gradient, and their averages. The former tensors
   * are disposed, the gradients stay the caller's.
   *
   * @throws {CodecError} When a gradient belongs to no parameter of this optimiser.
   */
  step(weights: Weights, gradients: ReadonlyMap<string, tf.Tensor>, options: StepOptions): void {
    const { first, second } = this.memory;
    const { rate, scale = 1, decay = 0 } = options;
    const settings = { ...this.#options, rate, clip: scale, decay, step: ++this.memory.count };
    for (const [name, gradient] of gradients) {
      const parameter = weights.values.get(name), average = weights.average.get(name);
      const mean = first.get(name), square = second.get(name);
      if (!parameter || !mean || !square) {
        throw new CodecError(`parameter "${name}" is not one of those that are optimised`);
      }
      const before = { parameter, first: mean, second: square, ...(average ? { average } : {}) };
      const after = adamStep(before, gradient, settings);
      replace(weights.values, name, after.parameter);
      replace(first, name, after.first);
      replace(second, name, after.second);
      if (after.average) replace(weights.average, name, after.average);
    }
  }

  [Symbol.dispose](): void {
    for (const tensors of [this.memory.first, this.memory.second]) {
      for (const tensor of tensors.values()) tensor.dispose();
      tensors.clear();
    }
  }
}

/** The memory of an optimiser that has not yet taken a step. */
export function blankMemory(parameters: ReadonlyMap<string, tf.Tensor>): AdamMemory {
  const zeros = (): Map<string, tf.Tensor> =>
    new Map([...parameters].map(([name, parameter]) => [name, tf.zerosLike(parameter)]));
  return { first: zeros(), second: zeros(), count: 0 };
}

/** Puts a tensor in the place of another, which is disposed. */
export function replace(tensors: Map<string, tf.Tensor>, name: string, next: tf.Tensor): void {
  tensors.get(name)?.dispose();
  tensors.set(name, next);
}

/** What clipping did to the gradients of a step. */
export interface Clipping {
  /** Euclidean norm over all gradients, before clipping. */
  readonly norm: number;
  /** min(1, limit / norm): what the gradients are to be multiplied by. */
  readonly scale: number;
}

/**
 * Clipping by the global norm.
 *
 * Source: Pascanu, Mikolov, Bengio, arXiv:1211.5063, algorithm 1.
 *
 * @param limit Largest norm; Infinity leaves all as it is.
 */
export async function clipping(
  gradients: ReadonlyMap<string, tf.Tensor>,
  limit: number,
): Promise<Clipping> {
  const norm = await globalNorm([...gradients.values()]);
  return { norm, scale: norm > limit ? limit / norm : 1 };
}
