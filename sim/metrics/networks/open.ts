/**
 * Opens networks with their weights, once for each source of weights, and reads activations back.
 *
 * @module
 */
import { openTensors, tf } from "../../../core/tensor/backend.ts";
import type { WeightsNeed, WeightSource } from "../weights.ts";
import {
  type Activation,
  type Layers,
  type LayerShape,
  type ReadLayer,
  readLayers,
} from "./layers.ts";
import type { TappedNetwork } from "./layers.ts";

const opened = new WeakMap<WeightSource, Map<string, Promise<Layers>>>();

/**
 * The layers of a network on this process's tensors; the metrics of one source of weights share
 * them.
 *
 * @throws {CapabilityError} When there are no weights.
 * @throws {FormatError} When they are damaged or another network's.
 */
export function openLayers(
  weights: WeightSource,
  need: WeightsNeed,
  table: readonly LayerShape[],
  read?: ReadLayer,
): Promise<Layers> {
  const known = opened.get(weights) ?? new Map<string, Promise<Layers>>();
  opened.set(weights, known);
  let layers = known.get(need.title);
  if (!layers) {
    layers = load(weights, need, table, read);
    layers.catch(() => known.delete(need.title));
    known.set(need.title, layers);
  }
  return layers;
}

async function load(
  weights: WeightSource,
  need: WeightsNeed,
  table: readonly LayerShape[],
  read?: ReadLayer,
): Promise<Layers> {
  await openTensors();
  return await readLayers(await weights.open(need), table, read);
}

/** Frees the networks of a source of weights. */
export async function closeLayers(weights: WeightSource): Promise<void> {
  for (const layers of opened.get(weights)?.values() ?? []) (await layers).dispose();
  opened.delete(weights);
}

/** A network's input: f32[pictures, height, width, 3]. */
export function pictureTensor(
  numbers: Float32Array,
  count: number,
  height: number,
  width: number = height,
): Activation {
  return tf.tensor4d(numbers, [count, height, width, 3]);
}

/** An activation of one picture in memory: f32[positions, channels]. */
export interface Tap {
  readonly positions: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** Reads an activation of one picture back. */
export async function readTap(activation: Activation): Promise<Tap> {
  const [, height, width, channels] = activation.shape;
  return { positions: height * width, channels, values: await activation.data<"float32">() };
}

/** The activations at the taps of a network, each made when it is asked for. Frees the input. */
export async function* tapsOf(
  network: TappedNetwork,
  layers: Layers,
  input: Activation,
): AsyncGenerator<Tap> {
  let at = input;
  try {
    for (const stage of network.stages) {
      const next = tf.tidy(() => stage(layers, at));
      at.dispose();
      at = next;
      yield await readTap(at);
    }
  } finally {
    at.dispose();
  }
}

/** Means over positions of a batch of activations: one f32[channels] a picture. Frees them. */
export async function positionMeans(activation: Activation): Promise<Float32Array[]> {
  const [pictures, height, width, channels] = activation.shape;
  const values = await activation.data<"float32">(), positions = height * width;
  activation.dispose();
  return Array.from({ length: pictures }, (_, picture) => {
    const sums = new Float64Array(channels);
    let from = picture * positions * channels;
    for (let position = 0; position < positions; position++) {
      for (let channel = 0; channel < channels; channel++, from++) {
        sums[channel] = (sums[channel] as number) + (values[from] as number);
      }
    }
    return Float32Array.from(sums, (sum) => sum / positions);
  });
}
