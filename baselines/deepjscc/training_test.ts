import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { OptionError } from "../../core/errors.ts";
import { fillNormals, fillUniforms, rootKey } from "../../core/random.ts";
import { openTensors } from "../../core/tensor/backend.ts";
import { initialise, Parameters } from "../../core/tensor/nn/parameters.ts";
import { adamStep } from "../../core/tensor/ops/adam_step.ts";
import { tf } from "../../core/tensor/tfjs.ts";
import type { Trainable, TrainingGoal } from "../../core/tensor/trainable.ts";
import { linearCode } from "../../core/tensor/jscc/linear_code.ts";
import { PRESETS } from "./options.ts";
import { trainable as plugin } from "./plugin.ts";
import { distortion } from "./training.ts";

await openTensors({ backend: "wasm" });

const GOAL: TrainingGoal = { snrDb: 10, cbr: 1 / 48, preset: "compact", stage: 1, settings: {} };

/** Crops of smooth colours with waves of many directions: blocks that a KLT has something to say of. */
function crops(count: number, side: number): tf.Tensor4D {
  const draws = new Float64Array(6 * count), values = new Float32Array(count * side * side * 3);
  fillUniforms(rootKey(3), draws);
  for (let i = 0; i < values.length; i++) {
    const channel = i % 3, column = Math.floor(i / 3) % side, row = Math.floor(i / 3 / side) % side;
    const [a, b, c, d, e, f] = draws.subarray(6 * Math.floor(i / 3 / side ** 2)) as unknown as [
      ...number[],
    ] as [number, number, number, number, number, number];
    const wave = Math.sin(0.5 * a * row + 0.5 * b * column + 6 * c + channel * d);
    values[i] = 0.5 + 0.25 * wave + 0.2 * (e - 0.5) * row / side + 0.2 * (f - 0.5);
  }
  return tf.tensor4d(values, [count, side, side, 3]);
}

/** Mean over pictures of 10 log10(1 / MSE). */
async function psnrDb(shown: tf.Tensor4D, x: tf.Tensor4D): Promise<number> {
  const errors = tf.tidy(() => tf.mean(tf.square(tf.sub(shown, x)), [1, 2, 3]));
  const values = [...await errors.data()];
  errors.dispose();
  return values.reduce((sum, mse) => sum - 10 * Math.log10(mse), 0) / values.length;
}

Deno.test("training of compact starts at the linear code, far above what random weights show", async () => {
  const trainable = await plugin.create(GOAL), x = crops(24, 64), key = rootKey(1);
  const weights = initialise(trainable.declarations, key);
  const shown = async (): Promise<number> => {
    const picture = tf.tidy(() => trainable.reconstruct(new Parameters(weights), x, key));
    const psnr = await psnrDb(picture, x);
    picture.dispose();
    return psnr;
  };
  const before = await shown();
  for (const [name, tensor] of await trainable.start!(new Parameters(weights), x, key)) {
    assertEquals(tensor.shape, weights.get(name)?.shape, name);
    weights.get(name)!.dispose();
    weights.set(name, tensor);
  }
  const after = await shown();
  assert(before < 18 && after > 26, `${before} dB, then ${after} dB`);
  tf.dispose([x, ...weights.values()]);
});

Deno.test("the linear code's latent has mean power 1/2, strongest channels first", async () => {
  const x = crops(24, 64), code = await linearCode(x, 8);
  const logs = await code.get("decoder.log_variance")!.data();
  const powers = [...logs].map(Math.exp);
  assertAlmostEquals(powers.reduce((sum, power) => sum + power) / 8, 0.5, 1e-4);
  assertEquals(powers, [...powers].sort((a, b) => b - a));
  tf.dispose([x, ...code.values()]);
});

/** A step of Adam on fixed crops; gives the loss before it. */
async function step(
  trainable: Trainable,
  weights: Map<string, tf.Tensor>,
  x: tf.Tensor4D,
): Promise<number> {
  const names = [...weights.keys()];
  const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
    const tree = new Parameters(new Map(names.map((name, i) => [name, given[i]!])));
    return trainable.objectives[0]!.loss(tree, x, rootKey(9)).value;
  })([...weights.values()]);
  names.forEach((name, i) => {
    const parameter = weights.get(name)!, first = tf.zerosLike(parameter);
    const second = tf.zerosLike(parameter);
    const next = adamStep({ parameter, first, second }, grads[i]!, { rate: 1e-4, step: 1 });
    weights.set(name, next.parameter);
    tf.dispose([parameter, first, second, grads[i]!, next.first, next.second]);
  });
  const loss = (await value.data())[0]!;
  value.dispose();
  return loss;
}

for (const preset of PRESETS) {
  Deno.test(`${preset} learns: every parameter has a gradient, some steps lower the loss, nothing is left`, async () => {
    const hasWidth = preset !== "compact" && preset !== "bourtsoulatze-2019";
    const settings = hasWidth ? { width: "16" } : {};
    const trainable = await plugin.create({ ...GOAL, preset, settings });
    const weights = initialise(trainable.declarations, rootKey(2)), x = crops(2, 32);
    const before = tf.memory().numTensors;
    const losses: number[] = [];
    for (let i = 0; i < 6; i++) losses.push(await step(trainable, weights, x));
    assert(losses.at(-1)! < losses[0]!, losses.join(" "));
    assertEquals(tf.memory().numTensors, before);
    tf.dispose([x, ...weights.values()]);
  });
}

Deno.test("the loss is the mean of ln(MSE + floor), or the mean MSE", async () => {
  const x = tf.zeros<tf.Rank.R4>([2, 4, 4, 3]), noise = new Float32Array(96);
  fillNormals(rootKey(1), noise);
  const shown = tf.tensor4d(noise, [2, 4, 4, 3]);
  const mse = [0, 48].map((at) =>
    noise.subarray(at, at + 48).reduce((sum, value) => sum + value * value, 0) / 48
  );
  for (const floor of [1e-3, Infinity]) {
    const { value, parts } = distortion(shown, x, floor);
    const wanted = floor === Infinity
      ? (mse[0]! + mse[1]!) / 2
      : (Math.log(mse[0]! + floor) + Math.log(mse[1]! + floor)) / 2;
    assertAlmostEquals((await value.data())[0]!, wanted, 1e-5);
    assertAlmostEquals((await parts!.mse!.data())[0]!, (mse[0]! + mse[1]!) / 2, 1e-5);
  }
  tf.disposeVariables();
  tf.dispose([x, shown]);
});

Deno.test("wrong goals are refused with what there is", async () => {
  const wrong: [Partial<TrainingGoal>, string][] = [
    [{ preset: "big" }, "compact, bourtsoulatze-2019"],
    [{ cbr: 0.3 }, "multiples of 1/768"],
    [{ settings: { widht: "3" } }, 'did you mean "width"'],
    [{ settings: { width: "64" } }, "has none"],
    [{ preset: "adjscc", settings: { width: "0" } }, "from 1 to 1024"],
    [{ settings: { "loss-floor": "-1" } }, "above 0"],
  ];
  for (const [change, text] of wrong) {
    const error = await assertRejects(() => plugin.create({ ...GOAL, ...change }), OptionError);
    assert(error.message.includes(text), error.message);
  }
});
