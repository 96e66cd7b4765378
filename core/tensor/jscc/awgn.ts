/**
 * The channel inside a training: white Gaussian noise, differentiable by what is sent.
 *
 * @module
 */
import { fillNormals, type RandomKey } from "../../random.ts";
import { tf } from "../tfjs.ts";
import type { Network, ReceivedLatent } from "./network.ts";
import { powerFactor, quantisedFactor } from "./power.ts";
import { fromSymbols, symbolsOf } from "./symbols.ts";

/** How latents are sent. */
export interface Sending {
  /** N0 of each picture, f32[n, 1, 1, 1]. */
  readonly noiseVariance: tf.Tensor4D;
  /** Complex symbols at the end of each latent that pay for the power factor's byte. */
  readonly sideUses: number;
  readonly key: RandomKey;
}

/**
 * What arrives of latents z: y = a z + n, n ~ CN(0, N0), for each picture its own a.
 *
 * With `sideUses` > 0 the last that many symbols are not sent and the receiver's factor is the
 * quantised one, as in the codec; training leaves both out.
 */
export function sendOverAwgn(
  network: Network,
  z: tf.Tensor4D,
  { noiseVariance, sideUses, key }: Sending,
): ReceivedLatent {
  const deviation = tf.sqrt(tf.div(noiseVariance, 2));
  const noise = tf.mul<tf.Tensor4D>(normals(z.shape, key), deviation);
  const snrDb = tf.reshape<tf.Rank.R2>(
    tf.mul(tf.log(noiseVariance), -10 / Math.LN10),
    [-1, 1],
  );
  if (!network.tellsPower) {
    const y = tf.add<tf.Tensor4D>(tf.mul(z, powerFactor(z)), noise);
    return { y, variance: tf.div(noiseVariance, 2), snrDb };
  }
  const sent = sideUses > 0 ? keptValues(z.shape, sideUses) : tf.onesLike(z);
  const factor = powerFactor(tf.mul(z, sent), tf.mean(sent));
  const known = sideUses > 0 ? quantisedFactor(factor) : factor;
  const received = tf.mul(tf.add(tf.mul(z, factor), noise), sent);
  return {
    y: tf.div(received, known),
    variance: tf.div(noiseVariance, tf.mul(tf.square(known), 2)),
    snrDb,
  };
}

/** 1 where a value of the latent is sent, 0 at the last `sideUses` complex symbols: f32[1, h, w, T]. */
function keptValues(
  [, rows, columns, channels]: tf.Tensor4D["shape"],
  sideUses: number,
): tf.Tensor4D {
  const shape = { rows, columns, channels };
  const kept = new Float32Array(Math.max(0, symbolsOf(shape) - sideUses)).fill(1);
  return tf.tensor4d(fromSymbols(kept, shape, 1, 0), [1, rows, columns, channels]);
}

function normals(shape: tf.Tensor4D["shape"], key: RandomKey): tf.Tensor4D {
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  fillNormals(key, values);
  return tf.tensor4d(values, shape);
}
