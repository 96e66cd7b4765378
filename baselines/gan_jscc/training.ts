/**
 * Training of GAN-JSCC in two stages: first encoder and generator for what people see, then both
 * against the discriminator.
 *
 *     stage 1: K_M mse + K_P lpips            stage 2: + beta adversarial, and the discriminator
 *
 * Deviation: in stage 2 both learn from the same crops in a step, the discriminator first; the
 * published code gives them batches in turn.
 * Deviation: LPIPS is the one on SqueezeNet 1.1; the published code uses AlexNet's.
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import type { RandomKey } from "../../core/random.ts";
import { sendOverAwgn } from "../../core/tensor/jscc/awgn.ts";
import { linearCode } from "../../core/tensor/jscc/linear_code.ts";
import { FACTOR_BITS } from "../../core/tensor/jscc/power.ts";
import type { Parameters } from "../../core/tensor/nn/parameters.ts";
import { isPowerIterationState } from "../../core/tensor/nn/spectral_norm.ts";
import { stopGradient } from "../../core/tensor/nn/stop_gradient.ts";
import type { PerceptualDistance } from "../../core/tensor/perceptual/lpips_squeeze.ts";
import { tf } from "../../core/tensor/tfjs.ts";
import type { Loss, Objective, Trainable, TrainingGoal } from "../../core/tensor/trainable.ts";
import { awgnCapacity, fromDecibel } from "../../core/units.ts";
import {
  type AdversarialLoss,
  discriminatorLoss,
  generatorLoss,
  meanSquaredError255,
} from "./adversarial_loss.ts";
import { powerIterations } from "./discriminator.ts";
import { discriminatorOf, type GanNetwork, latentChannels, networkOf } from "./networks.ts";
import { PRESETS } from "./options.ts";
import { readSettings, type Weights } from "./training_settings.ts";

const VERSION = "1";

/** The losses give up PSNR for what people see; a greater fall of it in dB is a divergence. */
const MOST_FALL_DB = 5;

/**
 * The networks in training, as `deno task train` uses them.
 *
 * @throws {OptionError} For a preset, a CBR or a setting that there is not.
 * @throws {CapabilityError} When the weights of the perceptual loss are not there.
 */
export async function openTraining(goal: TrainingGoal): Promise<Trainable> {
  const { cbr, snrDb, stage } = goal;
  const preset = PRESETS.find((known) => known === goal.preset);
  if (!preset) {
    throw new OptionError(
      `--preset: one of ${PRESETS.join(", ")}; got "${goal.preset}"${
        nearest(goal.preset, PRESETS)
      }`,
    );
  }
  const { width, filters, weights, openPerceptual } = readSettings(goal.settings, preset);
  const latent = latentChannels(preset, cbr);
  const network = networkOf(preset, { latent, ...(width === undefined ? {} : { width }) });
  const judged = stage === 2 ? discriminatorOf(network, filters ?? network.filters) : {};
  const link = { network, snrDb };
  const perceptual = weights.perception === 0 ? null : await openPerceptual();
  const generator = generatorObjective(link, weights, stage === 2, perceptual);
  return {
    options: network.options,
    version: VERSION,
    loss: describe(weights, stage),
    stride: network.stride,
    declarations: { ...network.declarations, ...judged },
    shipped: (name) => name in network.declarations,
    ...(preset === "compact" ? { start: (_, crops) => linearCode(crops, latent) } : {}),
    objectives: stage === 2 ? [discriminatorObjective(link), generator] : [generator],
    divergedDb: MOST_FALL_DB,
    reconstruct: (parameters, pictures, key) =>
      tf.tidy(() => {
        const sideUses = Math.ceil(FACTOR_BITS / awgnCapacity(snrDb));
        return tf.clipByValue(send(link, parameters, pictures, key, sideUses).shown, 0, 1);
      }),
  };
}

interface Link {
  readonly network: GanNetwork;
  readonly snrDb: number;
}

/** A picture's latent, and what arrives of it. */
interface Sent {
  readonly z: tf.Tensor4D;
  /** Not clamped. */
  readonly shown: tf.Tensor4D;
}

/** Pictures through encoder, channel and generator. */
function send(
  { network, snrDb }: Link,
  parameters: Parameters,
  x: tf.Tensor4D,
  key: RandomKey,
  sideUses = 0,
): Sent {
  const n = x.shape[0];
  const z = network.encode(parameters, x, tf.fill([n, 1], snrDb));
  const received = sendOverAwgn(network, z, {
    noiseVariance: tf.fill([n, 1, 1, 1], fromDecibel(-snrDb)),
    sideUses,
    key: key.derive("noise"),
  });
  return { z, shown: network.decode(parameters, received) };
}

function discriminatorObjective(link: Link): Objective {
  const { discriminator } = link.network;
  return {
    name: "discriminator",
    trains: (name) => name.startsWith(`${discriminator}.`) && !isPowerIterationState(name),
    loss: (parameters, crops, key) => {
      const { z, shown } = send(link, parameters, crops, key);
      const own = parameters.at(discriminator);
      const result = discriminatorLoss(own, crops, stopGradient(shown), stopGradient(z));
      return { value: result.value, updates: updates(link, result) };
    },
  };
}

function generatorObjective(
  link: Link,
  weights: Weights,
  adversarial: boolean,
  perceptual: PerceptualDistance | null,
): Objective {
  const { discriminator, declarations } = link.network;
  return {
    name: "generator",
    trains: (name) => name in declarations,
    loss: (parameters, crops, key): Loss => {
      const { z, shown } = send(link, parameters, crops, key);
      const mse255 = meanSquaredError255(crops, shown);
      const terms: tf.Tensor[] = [tf.mul(mse255, weights.distortion)];
      const parts: Record<string, tf.Scalar> = { mse255 };
      if (perceptual) {
        const lpips = tf.mean<tf.Scalar>(perceptual(toSigned(crops), toSigned(shown)));
        terms.push(tf.mul(lpips, weights.perception));
        parts["lpips"] = lpips;
      }
      if (!adversarial) return { value: tf.addN(terms) as tf.Scalar, parts };
      const result = generatorLoss(parameters.at(discriminator), shown, z);
      terms.push(tf.mul(result.value, weights.adversarial));
      return {
        value: tf.addN(terms) as tf.Scalar,
        parts: { ...parts, adversarial: result.value },
        updates: updates(link, result),
      };
    },
  };
}

/** The vectors of the power iterations, by full name. */
function updates(
  { network }: Link,
  { judgement }: AdversarialLoss,
): ReadonlyMap<string, tf.Tensor> {
  const own = [...powerIterations(judgement)];
  return new Map(own.map(([name, value]) => [`${network.discriminator}.${name}`, value]));
}

/** [0, 1] to [-1, 1]. */
function toSigned(x: tf.Tensor4D): tf.Tensor4D {
  return tf.sub(tf.mul(x, 2), 1);
}

function describe({ distortion, perception, adversarial }: Weights, stage: number): string {
  const first = `${distortion} mse255 + ${perception} lpips-squeeze`;
  return stage === 2 ? `${first} + ${adversarial} adversarial` : first;
}
