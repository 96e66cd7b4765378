/**
 * Runs a job of preset `compact` once for each line read, and prints its wall and CPU milliseconds:
 * a process of its own for each engine, so that several can be compared in turns.
 *
 *     deno run -A sample_timing.ts step|picture THREADS native|wasm
 *
 * @module
 */
import process from "node:process";
import { adamStep, openTensors, tf } from "../../../core/tensor/backend.ts";
import { initialise, Parameters } from "../../../core/tensor/nn/parameters.ts";
import { fillUniforms, rootKey } from "../../../core/random.ts";
import { openTraining } from "../training.ts";

const [job = "step", threads = "1", engine = "native"] = Deno.args;

/** Crops of a training step, and the picture of an inference: as in sample_timing.py. */
const CROPS = [8, 128, 128, 3] as const, PICTURE = [1, 512, 768, 3] as const;

const native = engine === "native";
await openTensors({ backend: "wasm", native, ...(native ? { threads: Number(threads) } : {}) });
const trainable = openTraining({
  snrDb: 10,
  cbr: 1 / 48,
  preset: "compact",
  stage: 1,
  settings: {},
});
const parameters = initialise(trainable.declarations, rootKey(1));
const x = pictures(job === "step" ? CROPS : PICTURE);

function pictures(shape: readonly [number, number, number, number]): tf.Tensor4D {
  const values = new Float64Array(shape.reduce((product, side) => product * side, 1));
  fillUniforms(rootKey(2), values);
  return tf.tensor4d(Float32Array.from(values), [...shape]);
}

const moments = new Map([...parameters].map(([name, parameter]) => {
  return [name, [tf.zerosLike(parameter), tf.zerosLike(parameter)] as const];
}));
let count = 0;

async function step(): Promise<void> {
  count++;
  const names = [...parameters.keys()], objective = trainable.objectives[0]!;
  const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
    const tree = new Parameters(new Map(names.map((name, i) => [name, given[i]!])));
    return objective.loss(tree, x, rootKey(count)).value;
  })([...parameters.values()]);
  names.forEach((name, i) => {
    const parameter = parameters.get(name)!, [first, second] = moments.get(name)!;
    const next = adamStep({ parameter, first, second }, grads[i]!, { rate: 1e-6, step: count });
    parameters.set(name, next.parameter);
    moments.set(name, [next.first, next.second]);
    tf.dispose([parameter, first, second, grads[i]!]);
  });
  await value.data();
  value.dispose();
}

async function picture(): Promise<void> {
  const shown = tf.tidy(() => trainable.reconstruct(new Parameters(parameters), x, rootKey(3)));
  await shown.data();
  shown.dispose();
}

for await (const _ of lines()) {
  const start = performance.now(), before = process.cpuUsage();
  await (job === "step" ? step() : picture());
  const { user, system } = process.cpuUsage(before);
  console.log(`${performance.now() - start} ${(user + system) / 1000}`);
}

/** As many times as there are line feeds. */
async function* lines(): AsyncIterable<void> {
  for await (const bytes of Deno.stdin.readable) {
    for (const byte of bytes) if (byte === 0x0a) yield;
  }
}
