import { assert, assertEquals, assertRejects } from "@std/assert";
import { CapabilityError, OptionError } from "../errors.ts";
import { rootKey } from "../random.ts";
import { openTensors, tf } from "../tensor/backend.ts";
import { initialise, Parameters } from "../tensor/nn/parameters.ts";
import type { Trainable, TrainingGoal } from "../tensor/trainable.ts";
import { Network } from "../../train/network.ts";
import { trainable } from "./plugin.ts";

await openTensors();

const GOAL: TrainingGoal = {
  snrDb: 10,
  cbr: 1 / 48,
  preset: "compact",
  stage: 1,
  settings: { alpha: "0" },
};

/** Smooth colours, f32[n, 64, 64, 3] in [0, 1]. */
function crops(count: number): tf.Tensor4D {
  return tf.tidy(() => {
    const rough = tf.randomUniform<tf.Rank.R4>([count, 6, 6, 3], 0, 1, "float32", 3);
    return tf.image.resizeBilinear(rough, [64, 64]);
  });
}

for (const preset of ["compact", "reduced"]) {
  for (const stage of [1, 2, 3]) {
    Deno.test(`${preset}, stage ${stage}: every objective moves what it trains and leaks nothing`, async () => {
      const training = await trainable.create({ ...GOAL, preset, stage });
      assertEquals(training.objectives.length, stage === 2 ? 1 : 2);
      const tensors = initialise(training.declarations, rootKey(1)), x = crops(1);
      const before = tf.memory().numTensors;
      for (const objective of training.objectives) {
        const names = [...tensors.keys()].filter(objective.trains);
        assert(names.length > 0);
        const { value, grads } = tf.engine().gradients(
          () => objective.loss(new Parameters(tensors), x, rootKey(2)).value,
          names.map((name) => tensors.get(name)!),
          undefined,
          true,
        );
        assert(Number.isFinite((await value.data())[0]));
        assertEquals(names.filter((_, index) => !grads[index]), []);
        tf.dispose([value, ...grads]);
      }
      assertEquals(tf.memory().numTensors, before);
      tf.dispose([x, ...tensors.values()]);
    });
  }
}

Deno.test("the stages train together what there is, but the quantisation steps", async () => {
  const trained = async (stage: number): Promise<string[]> => {
    const { declarations, objectives } = await trainable.create({ ...GOAL, stage });
    return Object.keys(declarations).filter((name) => objectives.some((one) => one.trains(name)));
  };
  const [first, second, third] = [await trained(1), await trained(2), await trained(3)];
  assert(second!.every((name) => /context_fn\.f[ed]\./.test(name)));
  assertEquals([...first!, ...second!].sort(), third!.sort());
  const { declarations } = await trainable.create(GOAL);
  const fixed = Object.keys(declarations).filter((name) => !third!.includes(name));
  assertEquals(fixed, ["context_fn.step"]);
});

/** PSNR of what the receiver shows, with the start of the training. */
async function shownAtStart(stage: number, x: tf.Tensor4D): Promise<number> {
  const training = await trainable.create({ ...GOAL, stage, settings: { alpha: "0", eta: "1" } });
  const network = Network.fresh(training, rootKey(1));
  network.set(await training.start!(new Parameters(network.weights.values), x, rootKey(1)));
  const mse = tf.tidy(() => {
    const parameters = new Parameters(network.weights.values);
    const shown = training.reconstruct(parameters, x, rootKey(4));
    return tf.mean(tf.squaredDifference(shown, x)).dataSync()[0]!;
  }) as unknown as number;
  network[Symbol.dispose]();
  return -10 * Math.log10(mse);
}

Deno.test("compact starts at a linear code that shows pictures, with a channel and without", async () => {
  const x = crops(8), quiet = await shownAtStart(1, x), noisy = await shownAtStart(3, x);
  x.dispose();
  // Smooth pictures, 96 coefficients of 768: what is lost is rounding and noise.
  assert(quiet > 25, `${quiet} dB`);
  assert(noisy > 18 && noisy < quiet, `${noisy} dB`);
});

Deno.test("a few steps lower the loss", async () => {
  const training = await trainable.create({ ...GOAL, stage: 3 });
  const network = Network.fresh(training, rootKey(1)), x = crops(2), key = rootKey(6);
  network.set(await training.start!(new Parameters(network.weights.values), x, rootKey(1)));
  const losses: number[] = [];
  for (let step = 0; step < 8; step++) {
    const computed = await network.compute(0, x, key);
    losses.push(computed.loss);
    await network.apply(0, computed, { rate: 1e-3, clip: 1, decay: 0 });
  }
  assert(losses.at(-1)! < losses[0]!, losses.join(", "));
  x.dispose();
  network[Symbol.dispose]();
});

Deno.test("prediction of the noise trains and samples", async () => {
  const settings = { alpha: "0", prediction: "epsilon" };
  const training: Trainable = await trainable.create({ ...GOAL, preset: "reduced", settings });
  assertEquals(training.options.prediction, "epsilon");
  const tensors = initialise(training.declarations, rootKey(1)), x = crops(1);
  const [loss, shown] = tf.tidy(() => {
    const parameters = new Parameters(tensors);
    const { value } = training.objectives[0]!.loss(parameters, x, rootKey(2));
    return [value.dataSync()[0], training.reconstruct(parameters, x, rootKey(2)).dataSync()];
  }) as unknown as [number, Float32Array];
  assert(Number.isFinite(loss));
  assert(shown.every((value) => value >= 0 && value <= 1));
  tf.dispose([x, ...tensors.values()]);
});

Deno.test("stage 2 without weights of stage 1 is refused", async () => {
  const training = await trainable.create({ ...GOAL, stage: 2 }), x = crops(1);
  await assertRejects(() => training.start!(new Parameters(new Map()), x, rootKey(1)), OptionError);
  x.dispose();
});

Deno.test("presets, stages and settings that there are not are refused by name", async () => {
  const refused = (goal: Partial<TrainingGoal>, text: string): Promise<unknown> =>
    assertRejects(() => trainable.create({ ...GOAL, ...goal }), OptionError, text);
  await refused({ preset: "large" }, "compact, paper, reduced");
  await refused({ stage: 4 }, "1 to 3");
  await refused({ settings: { lamda: "1" } }, 'no setting "lamda"');
  await refused({ settings: { alpha: "2" } }, "from 0 to 1");
  await refused({ settings: {} }, "perceptual");
  await assertRejects(
    () => trainable.create({ ...GOAL, settings: { perceptual: "no/such/folder" } }),
    CapabilityError,
    "cannot be read",
  );
});
