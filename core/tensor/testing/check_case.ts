/**
 * Checks an operation on the open engine: values against a float64 twin, gradients against central
 * differences of that twin.
 *
 * @module
 */
import { assert } from "@std/assert";
import { tf } from "../tfjs.ts";
import type { Reference } from "./reference.ts";

/** An operation and its float64 twin. */
export interface OpCase {
  readonly name: string;
  /** Shapes of the inputs. Values are uniform in [-1, 1] unless `range` says otherwise. */
  readonly shapes: readonly (readonly number[])[];
  readonly range?: readonly [low: number, high: number];
  readonly op: (...inputs: tf.Tensor[]) => tf.Tensor;
  readonly twin: (...inputs: Reference[]) => Reference;
  /** Whether gradients are checked; default true. */
  readonly gradient?: boolean;
}

/** Largest error of float32 kernels, as a part of the largest value: some 2^7 roundings. */
export const TOLERANCE = 2e-5;
/** Coordinates of each input at which a derivative is compared. */
const SAMPLES = 24;
const STEP = 1e-4;

/** Uniform numbers in [-1, 1), the same every time, exact in float32. */
export function uniform(count: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 9) / 2 ** 22 - 1;
  });
}

/** @throws When values or gradients are further from the twin's than the tolerance. */
export async function checkCase(testCase: OpCase, tolerance = TOLERANCE): Promise<void> {
  const inputs = testCase.shapes.map((shape, index) => draw(testCase, shape, index + 1));
  const expected = testCase.twin(...inputs);
  const tensors = inputs.map(({ shape, data }) => tf.tensor(Float32Array.from(data), [...shape]));
  const before = tf.memory().numTensors;
  const y = tf.tidy(() => testCase.op(...tensors));
  assert(
    y.shape.join() === expected.shape.join(),
    `${testCase.name}: shape [${y.shape}], twin [${expected.shape}]`,
  );
  compare(`${testCase.name}: values`, await y.data(), expected.data, tolerance);
  y.dispose();
  if (testCase.gradient ?? true) await checkGradients(testCase, inputs, tensors, tolerance);
  assert(
    tf.memory().numTensors === before,
    `${testCase.name}: ${tf.memory().numTensors - before} leaked`,
  );
  tf.dispose(tensors);
}

function draw(testCase: OpCase, shape: readonly number[], seed: number): Reference {
  const size = shape.reduce((product, length) => product * length, 1);
  const [low, high] = testCase.range ?? [-1, 1];
  const data = uniform(size, 7919 * seed).map((u) => Math.fround(low + (u + 1) / 2 * (high - low)));
  return { shape, data };
}

/** L = sum of w y with random w: one derivative tells of all outputs at once. */
async function checkGradients(
  testCase: OpCase,
  inputs: readonly Reference[],
  tensors: readonly tf.Tensor[],
  tolerance: number,
): Promise<void> {
  const { shape, data } = testCase.twin(...inputs), weights = uniform(data.length, 31337);
  const w = tf.tensor(Float32Array.from(weights), [...shape]);
  const gradients = tf.grads((...t: tf.Tensor[]) => tf.sum(tf.mul(testCase.op(...t), w)))([
    ...tensors,
  ]);
  for (const [index, gradient] of gradients.entries()) {
    const input = inputs[index]!, found = await gradient.data() as Float32Array;
    const scale = found.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    for (const at of sample(input.data.length)) {
      const slope = derivative(testCase, inputs, index, at, weights);
      const error = Math.abs(found[at]! - slope) / scale;
      assert(
        error <= 2 * tolerance,
        `${testCase.name}: gradient ${index} at ${at} is ${found[at]}, by differences ${slope}`,
      );
    }
  }
  tf.dispose([w, ...gradients]);
}

function derivative(
  testCase: OpCase,
  inputs: readonly Reference[],
  index: number,
  at: number,
  weights: Float64Array,
): number {
  const loss = (step: number): number => {
    const moved = inputs.map((input) => ({ shape: input.shape, data: input.data.slice() }));
    const { data } = moved[index]!;
    data[at] = data[at]! + step;
    return testCase.twin(...moved).data.reduce((sum, y, i) => sum + y * weights[i]!, 0);
  };
  return (loss(STEP) - loss(-STEP)) / (2 * STEP);
}

/** Coordinates spread over an array, its first and last among them. */
function sample(size: number): number[] {
  if (size <= SAMPLES) return Array.from({ length: size }, (_, i) => i);
  const picked = Array.from(
    { length: SAMPLES },
    (_, i) => Math.floor(i * (size - 1) / (SAMPLES - 1)),
  );
  return [...new Set(picked)];
}

function compare(
  what: string,
  found: ArrayLike<number>,
  expected: Float64Array,
  tolerance: number,
): void {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  expected.forEach((value, i) => {
    const error = Math.abs(found[i]! - value) / scale;
    assert(error <= tolerance, `${what}: ${found[i]} at ${i}, twin ${value}`);
  });
}
