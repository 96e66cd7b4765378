import { assert, assertEquals, assertRejects } from "@std/assert";
import { CapabilityError, OptionError } from "../../core/errors.ts";
import { rootKey } from "../../core/random.ts";
import { openTensors, tf } from "../../core/tensor/backend.ts";
import { initialise, Parameters } from "../../core/tensor/nn/parameters.ts";
import { isPowerIterationState } from "../../core/tensor/nn/spectral_norm.ts";
import type { Trainable, TrainingGoal } from "../../core/tensor/trainable.ts";
import { trainable } from "./plugin.ts";

await openTensors({ backend: "wasm" });

const goal: TrainingGoal = {
  snrDb: 10,
  cbr: 1 / 192,
  preset: "compact",
  stage: 2,
  settings: { perception: "0", filters: "4-4-4-4" },
};

Deno.test("both stages, all presets: every objective moves what it trains, and leaks nothing", async () => {
  const small = { paper: { width: "16" }, hific: { width: "2" }, compact: {} };
  for (const preset of ["compact", "paper", "hific"] as const) {
    for (const stage of [1, 2]) {
      const settings = { ...goal.settings, ...small[preset] };
      const cbr = preset === "paper" ? 1 / 48 : goal.cbr;
      const training = await trainable.create({ ...goal, preset, stage, cbr, settings });
      assertEquals(training.objectives.length, stage);
      const parameters = initialise(training.declarations, rootKey(1));
      const crops = tf.randomUniform<tf.Rank.R4>([2, 32, 32, 3], 0, 1, "float32", 1);
      const before = tf.memory().numTensors;
      for (const objective of training.objectives) {
        const moved = await movedBy(training, objective.name, parameters, crops);
        const wanted = Object.keys(training.declarations).filter(objective.trains);
        assertEquals(moved.sort(), wanted.sort(), `${preset}, stage ${stage}`);
      }
      assertEquals(tf.memory().numTensors, before);
      tf.dispose([crops, ...parameters.values()]);
    }
  }
});

/** Names of the parameters that an objective's loss depends on, of those that it trains. */
async function movedBy(
  training: Trainable,
  name: string,
  tensors: ReadonlyMap<string, tf.Tensor>,
  crops: tf.Tensor4D,
): Promise<string[]> {
  const objective = training.objectives.find((one) => one.name === name)!;
  const names = [...tensors.keys()].filter(objective.trains);
  const xs = names.map((one) => tensors.get(one)!);
  const { value, grads } = tf.engine().gradients(
    () => objective.loss(new Parameters(tensors), crops, rootKey(2)).value,
    xs,
    undefined,
    true,
  );
  assert(Number.isFinite((await value.data())[0]));
  const moved = names.filter((_, index) => grads[index]);
  tf.dispose([value, ...grads]);
  return moved;
}

Deno.test("stage 2 hands back the vectors of every power iteration, under their full names", async () => {
  const training = await trainable.create(goal);
  const parameters = initialise(training.declarations, rootKey(1));
  const crops = tf.randomUniform<tf.Rank.R4>([1, 32, 32, 3], 0, 1, "float32", 1);
  const state = Object.keys(training.declarations).filter(isPowerIterationState).sort();
  assertEquals(state.length, 8);
  for (const objective of training.objectives) {
    const names = tf.tidy(() => {
      const loss = objective.loss(new Parameters(parameters), crops, rootKey(2));
      return [...loss.updates!.keys()];
    });
    assertEquals(names.sort(), state);
  }
  tf.dispose([crops, ...parameters.values()]);
});

Deno.test("the discriminator is no part of the weights that are shipped", async () => {
  const training = await trainable.create(goal);
  const names = Object.keys(training.declarations).filter(training.shipped);
  assert(names.length > 0 && names.every((name) => /^(encoder|decoder)\./.test(name)));
});

Deno.test("settings that there are not, or that are out of range, are refused by name", async () => {
  const refused = async (settings: Record<string, string>, text: string): Promise<void> => {
    const wanted = { ...goal, settings: { ...goal.settings, ...settings } };
    await assertRejects(() => trainable.create(wanted), OptionError, text);
  };
  await refused({ betta: "1" }, 'no setting "betta"');
  await refused({ beta: "-1" }, "beta: a number from 0");
  await refused({ filters: "4-4-4" }, "filters: four numbers");
  await refused({ width: "64" }, "width: preset compact has none");
  await refused({ perception: "1" }, "perceptual: the folder");
  await assertRejects(
    () => trainable.create({ ...goal, preset: "papre" }),
    OptionError,
    "--preset: one of compact, paper, hific",
  );
  const missing = { ...goal.settings, perception: "1", perceptual: "/nowhere" };
  await assertRejects(
    () => trainable.create({ ...goal, settings: missing }),
    CapabilityError,
    "there is no such file",
  );
});
