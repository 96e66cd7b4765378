/**
 * Sampling: from noise to a picture in a few denoising steps.
 *
 *   x_(n-1) = sqrt(abar') x0 + sqrt(1 - abar' - sigma^2) e + sigma noise
 *   e = (x_n - sqrt(abar) x0) / sqrt(1 - abar),  x0 = clip(X(x_n, n / N, c))
 *
 * in the form x_(n-1) = A x_n + B x0, which never divides by sqrt(abar): 6e-6 at the first step.
 *
 * Source: Song, Meng, Ermon, arXiv:2010.02502, equation (12). The text of arXiv:2409.02597 speaks of
 * ancestral sampling, its published code is deterministic (sigma = 0): so is the default here.
 *
 * @module
 */
import { tf } from "../tensor/tfjs.ts";
import { ancestralDeviation, type SamplingStep } from "./schedule.ts";

/** What the U-Net was trained to give. */
export type Prediction = "x" | "epsilon";

/** How to sample. */
export interface SamplerOptions {
  readonly steps: readonly SamplingStep[];
  readonly prediction: Prediction;
  /** Noise to be added in a step; absent: deterministic. */
  readonly noise?: (step: number) => tf.Tensor4D;
}

/**
 * Runs all steps. A picture is clipped to [-1, 1] at each of them.
 *
 * @param start x_N, f32[n, h, w, 3].
 * @param predict The U-Net with its conditions: x_n and n / N to what it predicts.
 * @returns f32[n, h, w, 3] in [-1, 1].
 */
export function sample(
  start: tf.Tensor4D,
  predict: (x: tf.Tensor4D, time: number) => tf.Tensor4D,
  { steps, prediction, noise }: SamplerOptions,
): tf.Tensor4D {
  let x = start.clone() as tf.Tensor4D;
  for (const [number, step] of steps.entries()) {
    const next = tf.tidy(() => {
      const predicted = predict(x, step.time);
      const x0 = tf.clipByValue(
        prediction === "x" ? predicted : pictureOf(x, predicted, step.share),
        -1,
        1,
      );
      return noise
        ? advance(x, x0, step, ancestralDeviation(step), noise(number))
        : advance(x, x0, step, 0);
    });
    x.dispose();
    x = next;
  }
  return x;
}

/** The picture that a predicted noise stands for: (x_n - sqrt(1 - abar) e) / sqrt(abar). */
function pictureOf(x: tf.Tensor4D, epsilon: tf.Tensor4D, share: number): tf.Tensor4D {
  return tf.mul(tf.sub(x, tf.mul(epsilon, Math.sqrt(1 - share))), 1 / Math.sqrt(share));
}

/** x_(n-1) from x_n and x0; the last step is x0 itself. */
function advance(
  x: tf.Tensor4D,
  x0: tf.Tensor4D,
  { share, nextShare }: SamplingStep,
  deviation: number,
  noise?: tf.Tensor4D,
): tf.Tensor4D {
  if (nextShare === 1) return x0;
  const a = Math.sqrt(Math.max(1 - nextShare - deviation ** 2, 0) / (1 - share));
  const b = Math.sqrt(nextShare) - a * Math.sqrt(share);
  const mean: tf.Tensor4D = tf.add(tf.mul(x, a), tf.mul(x0, b));
  return noise ? tf.add(mean, tf.mul(noise, deviation)) : mean;
}
