/**
 * The smallest codec that can be trained: a linear code of 8x8 blocks through white Gaussian noise.
 * What tests and the documentation train in seconds.
 *
 * | preset        | what it is                                                         |
 * | ------------- | ------------------------------------------------------------------ |
 * | `linear`      | one objective, the mean squared error                              |
 * | `adversarial` | and a judge of blocks, trained against it, with a running mean     |
 *
 * Settings: `break=STEP` makes the loss NaN from that step on, `width=N` is the number of values of
 * a block.
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { fillNormals, type RandomKey } from "../../core/random.ts";
import { openTensors, tf } from "../../core/tensor/backend.ts";
import {
  conv2d,
  conv2dParameters,
  conv2dTranspose,
  conv2dTransposeParameters,
} from "../../core/tensor/nn/convolution.ts";
import { zeros } from "../../core/tensor/nn/initialisers.ts";
import { type Declarations, type Parameters, under } from "../../core/tensor/nn/parameters.ts";
import type {
  Loss,
  Objective,
  Trainable,
  TrainablePlugin,
  TrainingGoal,
} from "../../core/tensor/trainable.ts";
import { noiseVariance } from "../../core/units.ts";

const BLOCK = 8;

/** `deno task train --plugin ./train/testing/tiny_codec.ts --codec tiny` */
export const trainable: TrainablePlugin = {
  codec: "tiny",
  presets: ["linear", "adversarial"],
  stages: 1,
  create: async (goal) => {
    await openTensors();
    return tinyCodec(goal);
  },
};

/** The codec in training. */
export function tinyCodec({ snrDb, preset, settings }: TrainingGoal): Trainable {
  const { width = "8", break: breakAt = "-1", ...unknown } = settings;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw new OptionError(`--set ${name}: tiny knows width and break`);
  const values = Number(width), noise = Math.sqrt(noiseVariance(snrDb) / 2);
  const adversarial = preset === "adversarial";
  const declarations: Declarations = {
    ...under("encoder", conv2dParameters(3, values, BLOCK)),
    ...under("decoder", conv2dTransposeParameters(values, 3, BLOCK)),
    ...(adversarial ? judgeParameters() : {}),
  };
  let step = 0;
  const reconstruct = (parameters: Parameters, x: tf.Tensor4D, key: RandomKey): tf.Tensor4D => {
    const z = conv2d(parameters.at("encoder"), x, { stride: BLOCK, padding: 0 });
    const power = tf.mean(tf.square(z), [1, 2, 3], true);
    const scale = tf.rsqrt(tf.add(tf.mul(power, 2), 1e-6));
    const n = new Float32Array(z.size);
    fillNormals(key, n);
    const y = tf.add(tf.mul(z, scale), tf.mul(tf.tensor(n, z.shape), noise)) as tf.Tensor4D;
    const options = { stride: BLOCK, padding: 0, outputPadding: 0 };
    return conv2dTranspose(parameters.at("decoder"), tf.div(y, scale) as tf.Tensor4D, options);
  };
  const mse = (parameters: Parameters, x: tf.Tensor4D, key: RandomKey): tf.Scalar =>
    tf.mean(tf.square(tf.sub(reconstruct(parameters, x, key), x)));
  const coder: Objective = {
    name: "coder",
    trains: (parameter) => !parameter.startsWith("judge."),
    loss: (parameters, x, key) => {
      const error = mse(parameters, x, key);
      const broken = step++ === Number(breakAt) ? tf.mul(error, NaN) : error;
      if (!adversarial) return { value: broken as tf.Scalar, parts: { mse: error } };
      const score = tf.mean(judge(parameters, reconstruct(parameters, x, key)));
      const value = tf.sub(error, tf.mul(score, 1e-3)) as tf.Scalar;
      return { value, parts: { mse: error } };
    },
  };
  const critic: Objective = {
    name: "judge",
    trains: (parameter) => parameter === "judge.weight" || parameter === "judge.bias",
    loss: (parameters, x, key): Loss => {
      const real = tf.sub(judge(parameters, x), 1), shown = reconstruct(parameters, x, key);
      const value = tf.add(
        tf.mean(tf.square(real)),
        tf.mean(tf.square(judge(parameters, shown))),
      ) as tf.Scalar;
      const mean = tf.add(
        tf.mul(parameters.get("judge.mean"), 0.9),
        tf.mul(tf.mean(x, [0, 1, 2]), 0.1),
      );
      return { value, updates: new Map([["judge.mean", mean]]) };
    },
  };
  return {
    options: { width: values },
    version: "1",
    loss: "mse",
    stride: BLOCK,
    declarations,
    shipped: (parameter) => !parameter.startsWith("judge."),
    objectives: adversarial ? [critic, coder] : [coder],
    reconstruct,
  };
}

function judgeParameters(): Declarations {
  return {
    ...under("judge", conv2dParameters(3, 1, BLOCK)),
    "judge.mean": { shape: [3], layout: "plain", initial: zeros },
  };
}

function judge(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  const centred = tf.sub(x, parameters.get("judge.mean")) as tf.Tensor4D;
  return conv2d(parameters.at("judge"), centred, { stride: BLOCK, padding: 0 });
}
