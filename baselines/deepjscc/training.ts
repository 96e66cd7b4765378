/**
 * Training of DeepJSCC: the network sends crops over white Gaussian noise and learns to lose little.
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import { fillUniforms, type RandomKey } from "../../core/random.ts";
import type { Parameters } from "../../core/tensor/nn/parameters.ts";
import { tf } from "../../core/tensor/tfjs.ts";
import type { Loss, Trainable, TrainingGoal } from "../../core/tensor/trainable.ts";
import { awgnCapacity, fromDecibel } from "../../core/units.ts";
import { sendOverAwgn } from "../../core/tensor/jscc/awgn.ts";
import { linearCode } from "../../core/tensor/jscc/linear_code.ts";
import type { Network } from "../../core/tensor/jscc/network.ts";
import { type PresetName, PRESETS } from "./options.ts";
import { FACTOR_BITS } from "../../core/tensor/jscc/power.ts";
import { latentChannels, networkOf } from "./presets.ts";

const VERSION = "1";
/** Least of the preset's loss: keeps flat crops from ruling the mean of logarithms. */
const LOSS_FLOOR = 1e-3;
/** SNRs in dB that an adaptive network learns, drawn for each crop. */
const ADAPTIVE_SNRS = { least: 0, most: 20 };
const SETTINGS = ["width", "loss-floor"];

/**
 * The networks in training, as `deno task train` uses them.
 *
 * @throws {OptionError} For a preset, a CBR or a setting that there is not.
 */
export function openTraining({ preset, cbr, snrDb, settings }: TrainingGoal): Trainable {
  const name = PRESETS.find((known) => known === preset);
  if (!name) throw new OptionError(`--preset: one of ${PRESETS.join(", ")}; got "${preset}"`);
  for (const key of Object.keys(settings)) {
    if (SETTINGS.includes(key)) continue;
    throw new OptionError(`deepjscc: no setting "${key}"${nearest(key, SETTINGS)}`);
  }
  const width = settings.width === undefined ? undefined : readWidth(settings.width, name);
  const latent = latentChannels(name, cbr);
  const network = networkOf(name, { latent, ...(width === undefined ? {} : { width }) });
  const floor = readFloor(settings["loss-floor"], name);
  const isLinear = name === "compact";
  return {
    options: network.options,
    version: VERSION,
    loss: floor === Infinity ? "mse" : `ln(mse + ${floor})`,
    stride: network.stride,
    declarations: network.declarations,
    shipped: () => true,
    ...(isLinear ? { start: (_, crops) => linearCode(crops, latent) } : {}),
    objectives: [{
      name: "distortion",
      trains: () => true,
      loss: (parameters, crops, key) => {
        const snrs = name === "adjscc" ? drawSnrs(crops.shape[0], key) : sameSnr(crops, snrDb);
        return distortion(
          send(network, parameters, crops, { snrs, key, sideUses: 0 }),
          crops,
          floor,
        );
      },
    }],
    reconstruct: (parameters, pictures, key) =>
      tf.tidy(() => {
        const snrs = sameSnr(pictures, snrDb);
        const sideUses = Math.ceil(FACTOR_BITS / awgnCapacity(snrDb));
        const shown = send(network, parameters, pictures, { snrs, key, sideUses });
        return tf.clipByValue(shown, 0, 1);
      }),
  };
}

interface Transmission {
  /** Es/N0 of each picture in dB. */
  readonly snrs: Float32Array;
  readonly key: RandomKey;
  readonly sideUses: number;
}

/** Pictures through encoder, channel and decoder, not clamped. */
function send(
  network: Network,
  parameters: Parameters,
  x: tf.Tensor4D,
  { snrs, key, sideUses }: Transmission,
): tf.Tensor4D {
  const z = network.encode(parameters, x, tf.tensor2d(snrs, [snrs.length, 1]));
  const noise = snrs.map((snrDb) => fromDecibel(-snrDb));
  const received = sendOverAwgn(network, z, {
    noiseVariance: tf.tensor4d(noise, [snrs.length, 1, 1, 1]),
    sideUses,
    key: key.derive("noise"),
  });
  return network.decode(parameters, received);
}

/**
 * Mean over the pictures of ln(MSE + floor); with an infinite floor the mean MSE, the papers' loss.
 *
 * Deviation (of `compact`): what is reported is the mean over pictures of 10 log10(1 / MSE), and the
 * logarithm is that mean, up to a factor.
 */
export function distortion(shown: tf.Tensor4D, x: tf.Tensor4D, floor: number): Loss {
  const errors = tf.mean(tf.square(tf.sub(shown, x)), [1, 2, 3]);
  const mse = tf.mean<tf.Scalar>(errors);
  const value = floor === Infinity ? mse : tf.mean<tf.Scalar>(tf.log(tf.add(errors, floor)));
  return { value, parts: { mse } };
}

function sameSnr(x: tf.Tensor4D, snrDb: number): Float32Array {
  return new Float32Array(x.shape[0]).fill(snrDb);
}

function drawSnrs(count: number, key: RandomKey): Float32Array {
  const uniforms = new Float64Array(count), { least, most } = ADAPTIVE_SNRS;
  fillUniforms(key.derive("snr"), uniforms);
  return Float32Array.from(uniforms, (u) => least + (most - least) * u);
}

function readWidth(text: string, preset: PresetName): number {
  const width = Number(text);
  if (preset === "compact" || preset === "bourtsoulatze-2019") {
    throw new OptionError(`width: preset ${preset} has none; got "${text}"`);
  }
  if (Number.isInteger(width) && width >= 1 && width <= 1024) return width;
  throw new OptionError(`width: an integer from 1 to 1024; got "${text}"`);
}

function readFloor(text: string | undefined, preset: PresetName): number {
  if (text === undefined) return preset === "compact" ? LOSS_FLOOR : Infinity;
  const floor = text === "inf" ? Infinity : Number(text);
  if (floor > 0) return floor;
  throw new OptionError(`loss-floor: a number above 0, or inf for the plain MSE; got "${text}"`);
}
