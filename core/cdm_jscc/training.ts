/**
 * Training of CDM-JSCC: the stages of Algorithm 1 of arXiv:2409.02597.
 *
 * | stage | what is trained     | where the U-Net's conditions come from |
 * | ----- | ------------------- | -------------------------------------- |
 * | 1     | all but fe and fd   | the rounded y; no channel              |
 * | 2     | fe and fd           | y' behind the channel                  |
 * | 3     | all                 | y' behind the channel                  |
 *
 * Each begins with the weights of the one before (`--init`); stage 3 from the start is training in one
 * stage. The medians of the prior have a loss, and an optimiser, of their own.
 *
 * Deviation: LPIPS is the one on SqueezeNet 1.1, in evaluation mode; the published code takes VGG's
 * with its dropout on.
 *
 * @module
 */
import { OptionError } from "../errors.ts";
import { fillNormals, fillUniforms, type RandomKey } from "../random.ts";
import type { Parameters } from "../tensor/nn/parameters.ts";
import { tf } from "../tensor/tfjs.ts";
import type { Loss, Objective, Trainable, TrainingGoal } from "../tensor/trainable.ts";
import { fromDecibel } from "../units.ts";
import {
  type Architecture,
  ARCHITECTURES,
  isCompact,
  mostSymbols,
  STRIDE,
} from "./architecture.ts";
import { linearStart } from "./linear_start.ts";
import {
  cdmConditions,
  cdmLoss,
  cdmMediansLoss,
  type LossNoise,
  type LossSettings,
  zeroDistance,
} from "./losses.ts";
import { declareNetworks, NETWORKS, QUANTISATION_STEP } from "./networks.ts";
import { rateMasks } from "./rate_allocation.ts";
import { sample } from "./sampler.ts";
import { samplingSteps, TRAINING_STEPS } from "./schedule.ts";
import { readSettings } from "./training_settings.ts";
import { unet } from "./unet.ts";

/** Stages of Algorithm 1. */
export const STAGES = 3;

const VERSION = "1";
const VALIDATION_STEPS = 4;
/** Standard deviation of the start noise. */
const GAMMA = 0.8;
const MEDIANS = `${NETWORKS.prior}._medians`;
const JSCC = [`${NETWORKS.jsccEncoder}.`, `${NETWORKS.jsccDecoder}.`];

/**
 * The networks in training, as `deno task train` uses them.
 *
 * @throws {OptionError} For a preset, a stage or a setting that there is not.
 * @throws {CapabilityError} When the weights of the perceptual loss are not there.
 */
export async function openTraining(
  { preset, snrDb, stage, settings }: TrainingGoal,
): Promise<Trainable> {
  const known = ARCHITECTURES.get(preset);
  if (!known) {
    const presets = [...ARCHITECTURES.keys()].join(", ");
    throw new OptionError(`--preset: one of ${presets}; got "${preset}"`);
  }
  if (!(stage >= 1 && stage <= STAGES)) {
    throw new OptionError(`--stage: 1 to ${STAGES}; got ${stage}`);
  }
  const { lambda, alpha, eta, prediction, mask, openPerceptual } = readSettings(settings, preset);
  const architecture = { ...known, prediction };
  const loss: LossSettings = {
    architecture,
    eta,
    snr: stage === 1 ? null : fromDecibel(snrDb),
    lambda,
    alpha,
    masks: rateMasks(architecture.rates, mask),
    perceptual: alpha === 0 ? zeroDistance : await openPerceptual(),
  };
  const { latent, rates } = architecture;
  return {
    options: { latent, rates, prediction, mask, trainingEta: eta, stage },
    version: VERSION,
    loss: `${
      1 - alpha
    } min(SNR_n, 5) MSE + ${alpha} LPIPS-squeeze + ${lambda} bits, stage ${stage}`,
    stride: STRIDE,
    declarations: declareNetworks(architecture),
    shipped: () => true,
    ...startOf(architecture, stage),
    objectives: objectivesOf(loss, stage),
    reconstruct: (parameters, pictures, key) => reconstruct(parameters, pictures, loss, key),
  };
}

/** What is set at the start of a training, where weights of the stage before are not given. */
function startOf(architecture: Architecture, stage: number): Pick<Trainable, "start"> {
  if (stage === 2) {
    return {
      start: () =>
        Promise.reject(
          new OptionError(
            "--stage 2: trains fe and fd behind networks of stage 1; name their weights with --init",
          ),
        ),
    };
  }
  if (!isCompact(architecture)) return {};
  return { start: (parameters, crops) => linearStart(parameters, crops, architecture) };
}

function objectivesOf(settings: LossSettings, stage: number): Objective[] {
  const isJscc = (name: string): boolean => JSCC.some((start) => name.startsWith(start));
  const fixed = (name: string): boolean => name === MEDIANS || name === QUANTISATION_STEP;
  const picture: Objective = {
    name: "picture",
    trains: (name) =>
      !fixed(name) && (stage === 1 ? !isJscc(name) : stage === 2 ? isJscc(name) : true),
    loss: (parameters, crops, key): Loss => {
      const x = toSigned(crops), noise = drawNoise(x, settings.architecture, key);
      const { value, bpp, distortion, perception } = cdmLoss(parameters, x, noise, settings);
      return { value, parts: { bpp: tf.mean<tf.Scalar>(bpp), distortion, perception } };
    },
  };
  const medians: Objective = {
    name: "medians",
    trains: (name) => name === MEDIANS,
    loss: (parameters) => ({ value: cdmMediansLoss(parameters) }),
  };
  return stage === 2 ? [picture] : [picture, medians];
}

/** What the receiver shows after a few steps, the channel as in training. */
function reconstruct(
  parameters: Parameters,
  pictures: tf.Tensor4D,
  settings: LossSettings,
  key: RandomKey,
): tf.Tensor4D {
  return tf.tidy(() => {
    const { architecture } = settings, x = toSigned(pictures);
    const noise = drawNoise(x, architecture, key);
    const { conditions } = cdmConditions(parameters, x, noise, settings);
    const [n] = x.shape, network = parameters.at(NETWORKS.unet);
    const predict = (at: tf.Tensor4D, time: number): tf.Tensor4D =>
      unet(network, at, tf.fill([n, 1], time), conditions, architecture);
    const shown = sample(tf.mul(noise.diffusion, GAMMA), predict, {
      steps: samplingSteps(VALIDATION_STEPS),
      prediction: architecture.prediction ?? "x",
    });
    return tf.div(tf.add(shown, 1), 2);
  });
}

/** [0, 1] to [-1, 1]. */
function toSigned(x: tf.Tensor4D): tf.Tensor4D {
  return tf.sub(tf.mul(x, 2), 1);
}

/** All that is random in a loss, from one key. */
function drawNoise(x: tf.Tensor4D, architecture: Architecture, key: RandomKey): LossNoise {
  const [n, height, width] = x.shape, { latent, hyper } = architecture;
  const rows = height / 16, columns = width / 16;
  const uniform = (name: string, shape: Shape): tf.Tensor4D => {
    const values = new Float64Array(sizeOf(shape));
    fillUniforms(key.derive(name), values);
    return tf.tensor4d(Float32Array.from(values, (value) => value - 0.5), shape);
  };
  const normals = (name: string, size: number): Float32Array => {
    const values = new Float32Array(size);
    fillNormals(key.derive(name), values);
    return values;
  };
  const symbols: [number, number, number] = [n, rows * columns, mostSymbols(architecture)];
  return {
    latent: uniform("latent", [n, rows, columns, latent]),
    hyper: uniform("hyper", [n, rows / 4, columns / 4, hyper]),
    channel: tf.tensor3d(normals("noise", sizeOf(symbols)), symbols),
    diffusion: tf.tensor4d(normals("diffusion", x.size), x.shape),
    steps: drawSteps(n, key.derive("steps")),
  };
}

/** Steps of the diffusion, one from each of `count` equal parts of them: less spread than at random. */
function drawSteps(count: number, key: RandomKey): number[] {
  const uniforms = new Float64Array(count);
  fillUniforms(key, uniforms);
  return Array.from(
    uniforms,
    (u, part) => Math.min(TRAINING_STEPS - 1, Math.floor(TRAINING_STEPS * (part + u) / count)),
  );
}

type Shape = [number, number, number, number];

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
