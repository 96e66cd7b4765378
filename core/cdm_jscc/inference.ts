/**
 * What the codec asks of the networks: one picture's latents, its symbols, and the picture that the
 * receiver makes.
 *
 * @module
 */
import { fillNormals, type RandomKey } from "../random.ts";
import type { Parameters } from "../tensor/nn/parameters.ts";
import { tf } from "../tensor/tfjs.ts";
import { type Architecture, isCompact, mostSymbols, PATCH } from "./architecture.ts";
import { conditionDecoder, type Conditions } from "./condition_decoder.ts";
import { analyse, positionBits, roundToMeans } from "./entropy.ts";
import { jsccDecoder } from "./jscc_decoder.ts";
import { jsccEncoder } from "./jscc_encoder.ts";
import { NETWORKS } from "./networks.ts";
import { selectRates } from "./rate_adaption.ts";
import { type Prediction, sample } from "./sampler.ts";
import { samplingSteps } from "./schedule.ts";
import { unet } from "./unet.ts";

/** A picture's latent, and the bits of its positions. */
export interface Analysis {
  /** f32[1, h, w, c]. */
  readonly y: tf.Tensor4D;
  /** f32[1, h, w]. */
  readonly bits: tf.Tensor3D;
}

/** Latent and bits of a picture f32[1, 16 h, 16 w, 3] in [-1, 1]. */
export function analysePicture(
  parameters: Parameters,
  x: tf.Tensor4D,
  architecture: Architecture,
): Analysis {
  const [y, bits] = tf.tidy(() => {
    const latents = analyse(parameters, x, architecture);
    return [latents.y, positionBits(roundToMeans(latents), latents)] as tf.Tensor[];
  }) as [tf.Tensor4D, tf.Tensor3D];
  return { y, bits };
}

/** Symbols of all positions, sent or not: f32[1, h w, symbols]. */
export function encodeSymbols(
  parameters: Parameters,
  y: tf.Tensor4D,
  indices: Uint8Array,
  architecture: Architecture,
): tf.Tensor3D {
  return tf.tidy(() => {
    const selection = selectRates(indices, architecture.rates.length);
    return jsccEncoder(parameters.at(NETWORKS.jsccEncoder), y, selection, architecture);
  });
}

/** What the receiver has: symbols at their places, and how noisy they are. */
export interface ReceivedGrid {
  readonly indices: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** f32[positions, symbols]; zero where none were sent. */
  readonly symbols: Float32Array;
  /** Variance of the noise on each of them. */
  readonly variances: Float32Array;
  /** One for all: their geometric mean. */
  readonly variance: number;
}

/** How a picture is made. */
export interface ShowOptions {
  readonly steps: number;
  readonly sampler: "deterministic" | "ancestral";
  readonly prediction: Prediction;
  /** Standard deviation of the start noise. */
  readonly gamma: number;
  /** Where the start noise comes from. */
  readonly key: RandomKey;
}

/** The picture that the receiver makes, f32[1, 16 h, 16 w, 3] in [-1, 1]. */
export function showPicture(
  parameters: Parameters,
  architecture: Architecture,
  received: ReceivedGrid,
  { steps, sampler, prediction, gamma, key }: ShowOptions,
): tf.Tensor4D {
  return tf.tidy(() => {
    const conditions = conditionsOf(parameters, architecture, received);
    const shape: Shape = [1, PATCH * received.height, PATCH * received.width, 3];
    const predict = (x: tf.Tensor4D, time: number): tf.Tensor4D =>
      unet(parameters.at(NETWORKS.unet), x, tf.tensor2d([[time]]), conditions, architecture);
    const noise = (step: number): tf.Tensor4D => normals(key.derive("diffusion", step), shape, 1);
    return sample(normals(key.derive("start"), shape, gamma), predict, {
      steps: samplingSteps(steps),
      prediction,
      ...(sampler === "ancestral" ? { noise } : {}),
    });
  });
}

type Shape = [number, number, number, number];

function conditionsOf(
  parameters: Parameters,
  architecture: Architecture,
  { indices, height, width, symbols, variances, variance }: ReceivedGrid,
): Conditions {
  const [y, level] = tf.tidy(() => {
    const shape: [number, number, number] = [1, height * width, mostSymbols(architecture)];
    const selection = selectRates(indices, architecture.rates.length);
    const y = jsccDecoder(
      parameters.at(NETWORKS.jsccDecoder),
      tf.tensor3d(symbols, shape),
      tf.tensor3d(variances, shape),
      { height, width },
      selection,
      architecture,
    );
    return [y, tf.tensor1d([variance])] as tf.Tensor[];
  }) as [tf.Tensor4D, tf.Tensor1D];
  const [first, ...rest] = tf.tidy(() => {
    const decoder = parameters.at(NETWORKS.conditionDecoder);
    const { picture, maps } = conditionDecoder(decoder, y, level, architecture);
    return picture ? [picture, ...maps] : [...maps];
  }) as [tf.Tensor4D, ...tf.Tensor4D[]];
  tf.dispose([y, level]);
  return isCompact(architecture)
    ? { picture: first, maps: rest }
    : { picture: null, maps: [first, ...rest] };
}

function normals(key: RandomKey, shape: Shape, deviation: number): tf.Tensor4D {
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  fillNormals(key, values);
  return tf.tensor4d(values.map((value) => deviation * value), shape);
}
