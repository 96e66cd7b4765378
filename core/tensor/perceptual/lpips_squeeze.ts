/**
 * LPIPS on SqueezeNet 1.1 as a loss: differentiable, in float32, by the pictures alone. (What a table
 * shows is measured in float64, by a metric of the simulator.)
 *
 *     d = sum over taps l of the mean over positions of sum_c w_lc (u_a - u_b)^2,  |u| = 1
 *
 * Source: Zhang, Isola, Efros, Shechtman, Wang, "The unreasonable effectiveness of deep features as a
 * perceptual metric", CVPR 2018, version 0.1, in evaluation mode; names of torchvision's
 * `squeezenet1_1`.
 *
 * @module
 */
import { CapabilityError } from "../../errors.ts";
import { readSafetensors, type Safetensors } from "../checkpoint/safetensors.ts";
import { conv2d } from "../nn/convolution.ts";
import { Parameters } from "../nn/parameters.ts";
import { tf } from "../tfjs.ts";

/** Distance of pictures in [-1, 1], f32[n, h, w, 3], one number each: f32[n]. */
export type PerceptualDistance = (a: tf.Tensor4D, b: tf.Tensor4D) => tf.Tensor1D;

/** Files in the folder of weights. */
export const LPIPS_SQUEEZE_FILES = {
  network: "squeezenet1_1_fp16weights.safetensors",
  taps: "lpips_v0.1_squeeze_lin.safetensors",
} as const;

/** Fires; a pool stands before the first of each group, a tap behind the last of it. */
const GROUPS = [[3, 4], [6, 7], [9], [10], [11], [12]] as const;
const POOLED: readonly number[] = [3, 6, 9];
const SHIFT = [-0.03, -0.088, -0.188];
const DEVIATION = [0.458, 0.448, 0.45];
const LEAST_LENGTH = 1e-10;

/** Reads a file of the folder of weights by its name. */
export type ReadFile = (name: string) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Loads the network. Its tensors stay for as long as the process.
 *
 * @throws {FormatError} When a file is damaged or of another network.
 */
export async function openLpipsSqueeze(read: ReadFile): Promise<PerceptualDistance> {
  const { network, taps } = LPIPS_SQUEEZE_FILES;
  const layers = layersOf(readSafetensors(await read(network), network));
  const linear = readSafetensors(await read(taps), taps);
  const weights = Array.from(
    { length: GROUPS.length + 1 },
    (_, tap) => tf.tensor1d(linear.floats(`lin${tap}.model.1.weight`)),
  );
  const shift = tf.tensor1d(SHIFT), deviation = tf.tensor1d(DEVIATION);
  const features = (x: tf.Tensor4D): tf.Tensor4D[] =>
    featuresOf(layers, tf.div(tf.sub(x, shift), deviation));
  return (a, b) =>
    tf.tidy(() => {
      const ofB = features(b);
      const parts = features(a).map((map, tap) => {
        const difference = tf.sub(unit(map), unit(ofB[tap] as tf.Tensor4D));
        const weighed = tf.mul(tf.square(difference), weights[tap] as tf.Tensor1D);
        return tf.sum(tf.mean(weighed, [1, 2]), 1);
      });
      return tf.addN(parts) as tf.Tensor1D;
    });
}

/** Reads the files of a folder by fetch: a web page's or `file:` URL that ends in a slash. */
export function fromFolder(folder: URL): ReadFile {
  return async (name) => {
    const url = new URL(name, folder);
    let reason: string;
    try {
      const response = await fetch(url);
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      await response.body?.cancel();
      reason = `the server says ${response.status}`;
    } catch {
      reason = url.protocol === "file:" ? "there is no such file" : "there is no connection";
    }
    throw new CapabilityError(
      `LPIPS-squeeze as a loss: "${name}" cannot be read from "${folder.pathname}": ${reason}`,
    );
  };
}

function layersOf(file: Safetensors): Parameters {
  const names = GROUPS.flat().flatMap((fire) =>
    ["squeeze", "expand1x1", "expand3x3"].map((part) => `features.${fire}.${part}`)
  );
  const tensors = new Map<string, tf.Tensor>();
  for (const name of ["features.0", ...names]) {
    const shape = file.tensors.get(`${name}.weight`)?.shape ?? [];
    const filter = tf.tidy(() => {
      const values = tf.tensor(file.floats(`${name}.weight`), [...shape]);
      return tf.transpose(values, [2, 3, 1, 0]);
    });
    tensors.set(`${name}.weight`, filter);
    tensors.set(`${name}.bias`, tf.tensor1d(file.floats(`${name}.bias`)));
  }
  return new Parameters(tensors).at("features");
}

/** Seven maps: behind the first layer and behind each group of fires. */
function featuresOf(layers: Parameters, x: tf.Tensor4D): tf.Tensor4D[] {
  let h = tf.relu(conv2d(layers.at(0), x, { stride: 2, padding: 0 }));
  const maps = [h];
  for (const fires of GROUPS) {
    for (const index of fires) {
      if (POOLED.includes(index)) h = poolCeil(h);
      h = fire(layers.at(index), h);
    }
    maps.push(h);
  }
  return maps;
}

function fire(layers: Parameters, x: tf.Tensor4D): tf.Tensor4D {
  const squeezed = tf.relu(conv2d(layers.at("squeeze"), x));
  return tf.relu(
    tf.concat([
      conv2d(layers.at("expand1x1"), squeezed),
      conv2d(layers.at("expand3x3"), squeezed),
    ], 3),
  );
}

/** 3x3 maximum, stride 2, also of windows that reach over the end: what is there is not negative. */
function poolCeil(x: tf.Tensor4D): tf.Tensor4D {
  const missing = (side: number): number => (side - 3) % 2 === 0 ? 0 : 1;
  const [, rows, columns] = x.shape;
  const padded = tf.pad4d(x, [[0, 0], [0, missing(rows)], [0, missing(columns)], [0, 0]]);
  return tf.maxPool(padded, 3, 2, "valid");
}

/** Every position's channels at length 1. */
function unit(h: tf.Tensor4D): tf.Tensor4D {
  // Where all channels are zero the root has no gradient: a little is added under it as well.
  const length = tf.sqrt(tf.add(tf.sum(tf.square(h), 3, true), LEAST_LENGTH ** 2));
  return tf.div(h, tf.add(length, LEAST_LENGTH));
}
