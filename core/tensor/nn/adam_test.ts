import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { CodecError } from "../../errors.ts";
import { openTensors, tf } from "../backend.ts";
import { Adam, blankMemory, clipping, type Weights } from "./adam.ts";

await openTensors({ backend: "wasm", native: false });

function weightsOf(values: Readonly<Record<string, number[]>>): Weights {
  const tensors = (): Map<string, tf.Tensor> =>
    new Map(Object.entries(values).map(([name, list]) => [name, tf.tensor1d(list)]));
  return { values: tensors(), average: tensors() };
}

function dispose(weights: Weights): void {
  tf.dispose([...weights.values.values(), ...weights.average.values()]);
}

Deno.test("Adam takes the steps of its algorithm, in double precision beside it", async () => {
  const weights = weightsOf({ a: [1, -2, 3] });
  using adam = new Adam(blankMemory(weights.values));
  const p = [1, -2, 3], m = [0, 0, 0], v = [0, 0, 0], average = [1, -2, 3];
  for (let step = 1; step <= 5; step++) {
    const g = p.map((value) => 0.3 * value + step);
    const gradient = tf.tensor1d(g);
    adam.step(weights, new Map([["a", gradient]]), { rate: 0.01, scale: 0.5, decay: 0.9 });
    gradient.dispose();
    for (let i = 0; i < 3; i++) {
      m[i] = 0.9 * m[i]! + 0.1 * 0.5 * g[i]!;
      v[i] = 0.999 * v[i]! + 0.001 * (0.5 * g[i]!) ** 2;
      const root = Math.sqrt(v[i]! / (1 - 0.999 ** step)) + 1e-8;
      p[i] = p[i]! - 0.01 * m[i]! / (1 - 0.9 ** step) / root;
      average[i] = 0.9 * average[i]! + 0.1 * p[i]!;
    }
  }
  const [got, mean] = [weights.values.get("a")!, weights.average.get("a")!];
  for (let i = 0; i < 3; i++) {
    assertAlmostEquals((await got.data())[i]!, p[i]!, 1e-5);
    assertAlmostEquals((await mean.data())[i]!, average[i]!, 1e-5);
  }
  assertEquals(adam.memory.count, 5);
  dispose(weights);
});

Deno.test("an optimiser leaves no tensor behind", () => {
  const before = tf.memory().numTensors;
  const weights = weightsOf({ a: [1, 2], b: [3] });
  {
    using adam = new Adam(blankMemory(weights.values));
    for (let step = 0; step < 3; step++) {
      tf.tidy(() => {
        const gradients = new Map([["a", tf.tensor1d([1, 1])], ["b", tf.tensor1d([1])]]);
        adam.step(weights, gradients, { rate: 1e-3 });
        for (const tensor of [...weights.values.values(), ...weights.average.values()]) {
          tf.keep(tensor);
        }
        for (const kept of [adam.memory.first, adam.memory.second]) kept.forEach(tf.keep);
      });
    }
  }
  dispose(weights);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("a gradient of a parameter that is not optimised is refused by name", () => {
  const weights = weightsOf({ a: [1], b: [1] });
  using adam = new Adam(blankMemory(new Map([["a", weights.values.get("a")!]])));
  const gradient = tf.tensor1d([1]);
  assertThrows(
    () => adam.step(weights, new Map([["b", gradient]]), { rate: 1 }),
    CodecError,
    '"b"',
  );
  gradient.dispose();
  dispose(weights);
});

Deno.test("clipping scales the norm over all gradients to the limit, and tells both", async () => {
  const gradients = new Map([["a", tf.tensor1d([3, 0])], ["b", tf.tensor1d([0, -4])]]);
  assertEquals(await clipping(gradients, 1), { norm: 5, scale: 0.2 });
  assertEquals(await clipping(gradients, 6), { norm: 5, scale: 1 });
  assertEquals(await clipping(gradients, Infinity), { norm: 5, scale: 1 });
  tf.dispose([...gradients.values()]);
});
