/**
 * The Inception network of FID: TensorFlow's of 2015-12-05 as ported by pytorch-fid. It is not
 * torchvision's inception_v3: average pooling leaves the padding out of its means, Mixed_7c pools by
 * maximum, and the weights are others.
 *
 * Every convolution has no bias, batch norm (epsilon 0.001) and ReLU; batch norm is folded into
 * filter and bias when the weights are read.
 *
 * Source: Szegedy et al., arXiv:1512.00567; mseitzer/pytorch-fid, whose names the layers have.
 *
 * @module
 */
import { tf } from "../../../core/tensor/backend.ts";
import type { WeightFile } from "../weights.ts";
import type { Activation, Layers, LayerShape, LayerValues, Stage } from "./layers.ts";
import { steps } from "./layers.ts";

/** Name within its module, channels out, height and width of the filter, stride. */
type Unit = readonly [name: string, out: number, height: number, width: number, stride?: 1 | 2];
/** Units in a row; two at the end in a list work side by side and are concatenated. */
type Branch = readonly (Unit | readonly [Unit, Unit])[];

interface Module {
  readonly name: string;
  readonly inChannels: number;
  readonly branches: readonly Branch[];
  /** The last branch: its pooling, and the channels of the 1x1 convolution behind, if any. */
  readonly pool: "average" | "max" | "max of stride 2";
  readonly pooled?: number;
}

const small = (name: string, inChannels: number, pooled: number): Module => ({
  name,
  inChannels,
  branches: [
    [["branch1x1", 64, 1, 1]],
    [["branch5x5_1", 48, 1, 1], ["branch5x5_2", 64, 5, 5]],
    [["branch3x3dbl_1", 64, 1, 1], ["branch3x3dbl_2", 96, 3, 3], ["branch3x3dbl_3", 96, 3, 3]],
  ],
  pool: "average",
  pooled,
});

const middle = (name: string, inner: number): Module => ({
  name,
  inChannels: 768,
  branches: [
    [["branch1x1", 192, 1, 1]],
    [["branch7x7_1", inner, 1, 1], ["branch7x7_2", inner, 1, 7], ["branch7x7_3", 192, 7, 1]],
    [
      ["branch7x7dbl_1", inner, 1, 1],
      ["branch7x7dbl_2", inner, 7, 1],
      ["branch7x7dbl_3", inner, 1, 7],
      ["branch7x7dbl_4", inner, 7, 1],
      ["branch7x7dbl_5", 192, 1, 7],
    ],
  ],
  pool: "average",
  pooled: 192,
});

const wide = (name: string, inChannels: number, pool: "average" | "max"): Module => ({
  name,
  inChannels,
  branches: [
    [["branch1x1", 320, 1, 1]],
    [["branch3x3_1", 384, 1, 1], [["branch3x3_2a", 384, 1, 3], ["branch3x3_2b", 384, 3, 1]]],
    [
      ["branch3x3dbl_1", 448, 1, 1],
      ["branch3x3dbl_2", 384, 3, 3],
      [["branch3x3dbl_3a", 384, 1, 3], ["branch3x3dbl_3b", 384, 3, 1]],
    ],
  ],
  pool,
  pooled: 192,
});

const MODULES: readonly Module[] = [
  small("Mixed_5b", 192, 32),
  small("Mixed_5c", 256, 64),
  small("Mixed_5d", 288, 64),
  {
    name: "Mixed_6a",
    inChannels: 288,
    branches: [
      [["branch3x3", 384, 3, 3, 2]],
      [["branch3x3dbl_1", 64, 1, 1], ["branch3x3dbl_2", 96, 3, 3], ["branch3x3dbl_3", 96, 3, 3, 2]],
    ],
    pool: "max of stride 2",
  },
  middle("Mixed_6b", 128),
  middle("Mixed_6c", 160),
  middle("Mixed_6d", 160),
  middle("Mixed_6e", 192),
  {
    name: "Mixed_7a",
    inChannels: 768,
    branches: [
      [["branch3x3_1", 192, 1, 1], ["branch3x3_2", 320, 3, 3, 2]],
      [
        ["branch7x7x3_1", 192, 1, 1],
        ["branch7x7x3_2", 192, 1, 7],
        ["branch7x7x3_3", 192, 7, 1],
        ["branch7x7x3_4", 192, 3, 3, 2],
      ],
    ],
    pool: "max of stride 2",
  },
  wide("Mixed_7b", 1280, "average"),
  wide("Mixed_7c", 2048, "max"),
];

const STEM: readonly LayerShape[] = [
  { name: "Conv2d_1a_3x3", shape: [32, 3, 3, 3] },
  { name: "Conv2d_2a_3x3", shape: [32, 32, 3, 3] },
  { name: "Conv2d_2b_3x3", shape: [64, 32, 3, 3] },
  { name: "Conv2d_3b_1x1", shape: [80, 64, 1, 1] },
  { name: "Conv2d_4a_3x3", shape: [192, 80, 3, 3] },
];

/** All layers. */
export const INCEPTION_LAYERS: readonly LayerShape[] = [...STEM, ...MODULES.flatMap(layersOf)];

function layersOf({ name, inChannels, branches, pooled }: Module): LayerShape[] {
  const layers = branches.flatMap((branch) => {
    let channels = inChannels;
    return branch.flatMap((step) => {
      const units = isUnit(step) ? [step] : step, entering = channels;
      channels = units[0]?.[1] ?? 0;
      return units.map(([unit, out, height, width]): LayerShape => ({
        name: `${name}.${unit}`,
        shape: [out, entering, height, width],
      }));
    });
  });
  if (pooled !== undefined) {
    layers.push({ name: `${name}.branch_pool`, shape: [pooled, inChannels, 1, 1] });
  }
  return layers;
}

function isUnit(step: Branch[number]): step is Unit {
  return typeof step[0] === "string";
}

/** Variance below which batch norm does not divide. */
const EPSILON = 0.001;

/** A convolution with the batch norm behind it: filter and bias of one convolution. */
export async function readNormalised(
  file: WeightFile,
  { name, shape }: LayerShape,
): Promise<LayerValues> {
  const out = shape[0];
  const statistic = (one: string): Promise<Float32Array> => file.floats(`${name}.bn.${one}`, [out]);
  const weight = Float32Array.from(await file.floats(`${name}.conv.weight`, shape));
  const scale = await statistic("weight"), shift = await statistic("bias");
  const average = await statistic("running_mean"), variance = await statistic("running_var");
  const bias = new Float32Array(out), perChannel = weight.length / out;
  for (let channel = 0; channel < out; channel++) {
    const factor = (scale[channel] as number) / Math.sqrt((variance[channel] as number) + EPSILON);
    bias[channel] = (shift[channel] as number) - (average[channel] as number) * factor;
    for (let at = channel * perChannel; at < (channel + 1) * perChannel; at++) {
      weight[at] = (weight[at] as number) * factor;
    }
  }
  return { weight, bias };
}

function mixed({ name, branches, pool, pooled }: Module): Stage {
  const apply = (
    layers: Layers,
    [unit, , height, width, stride = 1]: Unit,
    x: Activation,
  ): Activation => {
    const padding = stride === 2 ? 0 : [(height - 1) / 2, (width - 1) / 2] as const;
    return layers.convolveRelu(`${name}.${unit}`, x, { stride, padding });
  };
  return (layers, x) => {
    const outputs = branches.map((branch) =>
      branch.reduce(
        (at: Activation, step) =>
          isUnit(step)
            ? apply(layers, step, at)
            : tf.concat(step.map((unit) => apply(layers, unit, at)), 3),
        x,
      )
    );
    const reduced = pool === "average"
      ? tf.avgPool(x, 3, 1, "same") // leaves the padding out of its means
      : pool === "max"
      ? tf.maxPool(x, 3, 1, "same")
      : tf.maxPool(x, 3, 2, "valid");
    const last = pooled === undefined
      ? reduced
      : layers.convolveRelu(`${name}.branch_pool`, reduced);
    return tf.concat([...outputs, last], 3);
  };
}

const pool: Stage = (_layers, x) => tf.maxPool(x, 3, 2, "valid");

const STAGES: readonly { readonly name: string; readonly stage: Stage }[] = [
  {
    name: "pool1",
    stage: steps(
      (layers, x) => layers.convolveRelu("Conv2d_1a_3x3", x, { stride: 2 }),
      (layers, x) => layers.convolveRelu("Conv2d_2a_3x3", x),
      (layers, x) => layers.convolveRelu("Conv2d_2b_3x3", x, { padding: 1 }),
      pool,
    ),
  },
  {
    name: "pool2",
    stage: steps(
      (layers, x) => layers.convolveRelu("Conv2d_3b_1x1", x),
      (layers, x) => layers.convolveRelu("Conv2d_4a_3x3", x),
      pool,
    ),
  },
  ...MODULES.map((module) => ({ name: module.name, stage: mixed(module) })),
];

/**
 * Runs the network. Means over positions of "pool1", "pool2", "Mixed_6e" and "Mixed_7c" are the
 * features of 64, 192, 768 and 2048 numbers.
 *
 * @param x f32[batch, 299, 299, RGB] in [-1, 1].
 * @param wanted Names of poolings of the stem and of modules.
 * @returns The activations in the order of `wanted`; inside a tidy they belong to it.
 */
export function inception(
  layers: Layers,
  x: Activation,
  wanted: readonly string[],
): Activation[] {
  const found = new Map<string, Activation>();
  let at = x;
  for (const { name, stage } of STAGES) {
    const before = at;
    at = tf.tidy(() => stage(layers, before));
    if (wanted.includes(name)) found.set(name, at);
    if (before !== x && ![...found.values()].includes(before)) before.dispose();
  }
  return wanted.map((name) => found.get(name) as Activation);
}
