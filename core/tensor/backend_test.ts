import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CapabilityError, DataError, OptionError } from "../errors.ts";
import { adamStep, globalNorm, openTensors, tf } from "./backend.ts";
import { startTraining } from "./testing/autoencoder.ts";
import { uniform } from "./testing/check_case.ts";

const options = { backend: "wasm", native: false } as const;
const engine = await openTensors(options);

Deno.test("an engine says what it is, why, and when its bits come again", () => {
  assertEquals(engine.backend, "wasm");
  assertEquals(engine.packs.length, 1);
  assert(/^companion \((relaxed SIMD|SIMD128)\)$/.test(engine.packs[0]!), engine.packs[0]);
  assertEquals(engine.threads, 1);
  assertEquals(engine.why, "wasm: asked for by name; without native kernels, as asked");
  assert(engine.deterministic.startsWith("same bits on "));
});

Deno.test("the same options give the same engine, others are refused", async () => {
  assert(await openTensors(options) === engine);
  assertThrows(() => openTensors({ portable: true }), OptionError, "one engine");
});

Deno.test("wrong options are refused with what was wanted and what came", () => {
  assertThrows(() => openTensors({ threads: 0 }), OptionError, "from 1 to 1024; got 0");
  assertThrows(() => openTensors({ threads: 1.5 }), OptionError, "got 1.5");
  const backend = "cuda" as "wasm";
  assertThrows(() => openTensors({ backend }), OptionError, 'auto, webgpu, wasm; got "cuda"');
  assertThrows(() => openTensors({ portable: true, native: true }), OptionError, "portable");
});

Deno.test("no other backend is there to fall to", () => {
  assertEquals(Object.keys(tf.engine().registryFactory), ["wasm"]);
});

Deno.test("kernels that the backend lacks are refused by name, with what to do instead", () => {
  const x = tf.ones([2, 3]);
  const refused = (name: string, op: () => unknown): void => {
    assertThrows(() => tf.tidy(() => void op()), CapabilityError, `kernel ${name} is missing`);
  };
  refused("Einsum", () => tf.einsum("ij,kj->ik", x, x));
  refused("Complex", () => tf.complex(x, x));
  x.dispose();
});

Deno.test("out of memory is an error, after which the backend still computes", () => {
  // Pieces without values, so that no page of them is touched.
  const backend = tf.backend() as unknown as {
    makeOutput(shape: number[], dtype: string): tf.TensorInfo;
    disposeData(id: object): void;
  };
  const held: tf.TensorInfo[] = [], floats = 2 ** 26;
  const fillHeap = (): void => {
    while (held.length < 17) held.push(backend.makeOutput([floats], "float32"));
  };
  assertThrows(fillHeap, DataError, "256 MiB wanted");
  assert(held.length >= 10, `${held.length} pieces of 256 MiB`);
  const sum = tf.tidy(() => tf.sum(tf.matMul(tf.ones([20, 30]), tf.ones([30, 10]))).dataSync()[0]);
  assertEquals(sum, 6000);
  for (const { dataId } of held) backend.disposeData(dataId);
});

Deno.test("a sum of a million values is rounded once", () => {
  const values = Float32Array.from(uniform(1_000_003, 5), (u) => u + 1.5);
  const exact = values.reduce((sum, value) => sum + value, 0);
  const [sum, mean] = tf.tidy(() => {
    const x = tf.tensor1d(values);
    return [tf.sum(x).dataSync()[0]!, tf.mean(x).dataSync()[0]!];
  });
  assertEquals(sum, Math.fround(exact));
  assertEquals(mean, Math.fround(exact / values.length));
});

Deno.test("Adam takes the steps of its equations, clips and averages", async () => {
  const size = 7, beta1 = 0.9, beta2 = 0.99, epsilon = 1e-6, rate = 0.05, clip = 0.5, decay = 0.8;
  const p = [...uniform(size, 1)], m = p.map(() => 0), v = p.map(() => 0), a = [...p];
  let state = {
    parameter: tf.tensor1d(p) as tf.Tensor,
    first: tf.zeros([size]) as tf.Tensor,
    second: tf.zeros([size]) as tf.Tensor,
    average: tf.tensor1d(p) as tf.Tensor,
  };
  for (let step = 1; step <= 4; step++) {
    const gradient = [...uniform(size, 10 + step)];
    gradient.forEach((value, i) => {
      const g = value * clip;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const [mHat, vHat] = [m[i]! / (1 - beta1 ** step), v[i]! / (1 - beta2 ** step)];
      p[i] = p[i]! - rate * mHat / (Math.sqrt(vHat) + epsilon);
      a[i] = decay * a[i]! + (1 - decay) * p[i]!;
    });
    const g = tf.tensor1d(gradient);
    const next = adamStep(state, g, { rate, step, beta1, beta2, epsilon, clip, decay });
    tf.dispose([g, ...Object.values(state)]);
    state = next as typeof state;
  }
  const close = async (found: tf.Tensor, expected: number[]): Promise<void> => {
    (await found.data()).forEach((value: number, i: number) =>
      assert(Math.abs(value - expected[i]!) < 2e-6, `${value} at ${i}, by equation ${expected[i]}`)
    );
  };
  await close(state.parameter, p);
  await close(state.average, a);
  await close(state.second, v);
  tf.dispose(Object.values(state));
});

Deno.test("the norm over tensors is the root of the sum of all squares", async () => {
  const tensors = [tf.tensor1d([3, 0, 0, 0, 0]), tf.tensor2d([[0, 4]])];
  assertEquals(await globalNorm(tensors), 5);
  tf.dispose(tensors);
});

Deno.test("a convolution sees a parameter that an optimiser has changed", () => {
  // tfjs keeps packed filters by tensor: a change in place would go unseen
  const x = tf.ones<tf.Rank.R4>([1, 4, 4, 2]), w = tf.variable(tf.ones<tf.Rank.R4>([3, 3, 2, 2]));
  const middle = (): number => tf.tidy(() => tf.conv2d(x, w as never, 1, "same").dataSync()[10]!);
  assertEquals(middle(), 18);
  const [first, second] = [tf.zeros(w.shape), tf.zeros(w.shape)], gradient = tf.onesLike(w);
  const next = adamStep({ parameter: w, first, second }, gradient, { rate: 0.5, step: 1 });
  w.assign(next.parameter as typeof w);
  assert(Math.abs(middle() - 9) < 1e-4, `${middle()}`);
  tf.dispose([x, w, first, second, gradient, ...Object.values(next)]);
});

Deno.test("a clone shares its numbers and outlives the original", () => {
  const x = tf.tensor1d([1, 2, 3]), y = x.clone();
  const before = tf.memory().numDataBuffers;
  x.dispose();
  assertEquals([...y.dataSync()], [1, 2, 3]);
  assertEquals(tf.memory().numDataBuffers, before);
  y.dispose();
});

Deno.test("training steps lower the loss and leave no tensor behind", async () => {
  const run = startTraining(1, 32), first = await run.step();
  const { numTensors, numBytes } = tf.memory();
  let last = first;
  for (let i = 0; i < 5; i++) last = await run.step();
  assertEquals(tf.memory().numTensors, numTensors);
  assertEquals(tf.memory().numBytes, numBytes);
  assert(last < first, `loss ${first}, after 5 steps ${last}`);
  tf.disposeVariables();
});

Deno.test("an input that tfjs would broadcast wrongly in a batch of products is refused", async () => {
  const a = tf.ones([2, 1, 3, 4]), b = tf.ones([1, 5, 4, 6]);
  await assertRejects(
    () => Promise.resolve().then(() => tf.matMul(a, b)),
    CapabilityError,
    "tile it first",
  );
  tf.dispose([a, b]);
});
