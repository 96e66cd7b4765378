/**
 * The non-saturating adversarial losses, and the distortion beside them.
 *
 *     D: bce(D(x | z), 1) + bce(D(xHat | z), 0)        G: K_M mse + K_P lpips + beta bce(D(xHat | z), 1)
 *
 * Each is a mean over logits; bce(l, 1) = ln(1 + e^-l).
 *
 * Source: Goodfellow et al., arXiv:1406.2661, section 3; weights as in
 * semcomm/GC2022_Perceptual_Learned_Source_Channel_Coding @b795b8d.
 *
 * @module
 */
import type { Parameters } from "../../core/tensor/nn/parameters.ts";
import { stopGradient } from "../../core/tensor/nn/stop_gradient.ts";
import { tf } from "../../core/tensor/tfjs.ts";
import { judge, type Judgement } from "./discriminator.ts";

/** Weights of the generator's loss, as published. */
export const LOSS_WEIGHTS = { distortion: 0.01, perception: 1, adversarial: 5 } as const;

/** A loss, and the judgement it is made of. */
export interface AdversarialLoss {
  readonly value: tf.Scalar;
  readonly judgement: Judgement;
}

/** The discriminator's loss: real and generated pictures in one forward, both with their latents. */
export function discriminatorLoss(
  parameters: Parameters,
  real: tf.Tensor4D,
  generated: tf.Tensor4D,
  z: tf.Tensor4D,
): AdversarialLoss {
  const latent = stopGradient(z);
  const pictures: tf.Tensor4D = tf.concat([real, stopGradient(generated)]);
  const judgement = judge(parameters, pictures, tf.concat([latent, latent]));
  const [onReal, onGenerated] = tf.split(judgement.logits, 2) as [tf.Tensor4D, tf.Tensor4D];
  return { value: tf.add(bce(onReal, 1), bce(onGenerated, 0)), judgement };
}

/** The generator's adversarial loss; the latent is a constant to it. */
export function generatorLoss(
  parameters: Parameters,
  generated: tf.Tensor4D,
  z: tf.Tensor4D,
): AdversarialLoss {
  const judgement = judge(parameters, generated, stopGradient(z));
  return { value: bce(judgement.logits, 1), judgement };
}

/** Mean squared error on the scale 0..255 of pictures in [0, 1]. */
export function meanSquaredError255(x: tf.Tensor4D, xHat: tf.Tensor4D): tf.Scalar {
  return tf.mul(tf.mean(tf.square(tf.sub(xHat, x))), 255 ** 2);
}

/** Binary cross-entropy of logits with one target, a mean. */
export function bce(logits: tf.Tensor, target: 0 | 1): tf.Scalar {
  return tf.mean(tf.softplus(target === 1 ? tf.neg(logits) : logits));
}
