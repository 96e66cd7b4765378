/**
 * Where training of `compact` starts: at a linear code, the Karhunen-Loève transform (KLT) of 16x16
 * blocks with SoftCast's power allocation, its strongest coefficients where the mask begins.
 *
 * Encoder row i is g_i u_i (eigenvector u_i of the blocks' covariance, eigenvalue l_i), g_i
 * proportional to l_i^(-1/4); decoder column i is u_i / g_i, its bias the mean block. The entropy model
 * starts at scales g_i sqrt(l_i), in steps that are as coarse as the channel, the estimator at the same
 * powers for all rates.
 *
 * Source: Jakubczak, Katabi, "SoftCast: one-size-fits-all wireless video", 2011.
 *
 * @module
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Parameters } from "../tensor/nn/parameters.ts";
import { pixelUnshuffle } from "../tensor/nn/pixel_shuffle.ts";
import { tf } from "../tensor/tfjs.ts";
import { type Architecture, PATCH } from "./architecture.ts";
import { NETWORKS, QUANTISATION_STEP } from "./networks.ts";
import { sendingRank } from "./rate_allocation.ts";

const BLOCK_VALUES = 3 * PATCH ** 2;
/** Step of an orthonormal coefficient of pictures in [0, 1]: about the channel's error. */
const QUANTISER = 0.2;
/** Mean power of a value of y among the first that are sent. */
const POWER = 0.5, STRONGEST = 32;
/** Of a direction in which the blocks do not differ: its gain stays finite. */
const LEAST_VARIANCE = 1e-8;

/**
 * Parameters of the start by name, in the layout of the network's tensors.
 *
 * @param crops f32[n, side, side, 3] in [0, 1], at least as many 16x16 blocks as there are channels.
 */
export async function linearStart(
  parameters: Parameters,
  crops: tf.Tensor4D,
  { latent, rates }: Architecture,
): Promise<Map<string, tf.Tensor>> {
  const { mean, variances, vectors } = await transformOf(crops, latent);
  const rank = sendingRank("checkerboard", latent);
  const raw = variances.map((variance) => variance ** -0.25);
  const strongest = raw.slice(0, STRONGEST)
    .reduce((sum, gain, i) => sum + gain * gain * (variances[i] as number), 0) / STRONGEST;
  const gains = raw.map((gain) => gain * Math.sqrt(POWER / strongest));
  const encoder = new Float32Array(BLOCK_VALUES * latent), offsets = new Float32Array(latent);
  const decoder = new Float32Array(latent * BLOCK_VALUES), scales = new Float32Array(2 * latent);
  const steps = new Float32Array(latent), powers = new Float32Array(rates.length * latent);
  for (let channel = 0; channel < latent; channel++) {
    const i = rank[channel] as number, gain = gains[i] as number, vector = vectors[i];
    const power = gain * gain * (variances[i] as number);
    for (let value = 0; value < BLOCK_VALUES; value++) {
      const u = vector?.[value] as number;
      encoder[value * latent + channel] = gain * u; // [in, out]
      decoder[channel * BLOCK_VALUES + value] = u / gain;
      offsets[channel] = (offsets[channel] as number) - gain * u * ((mean[value] as number) - 0.5);
    }
    steps[channel] = QUANTISER * gain;
    scales[latent + channel] = Math.sqrt(power);
    for (let rate = 0; rate < rates.length; rate++) {
      powers[rate * latent + channel] = Math.log(power);
    }
  }
  const { transformEncoder, conditionDecoder, hyperDecoder, jsccDecoder } = NETWORKS;
  return new Map<string, tf.Tensor>([
    [`${transformEncoder}.linear.weight`, tf.tensor4d(encoder, [1, 1, BLOCK_VALUES, latent])],
    [`${transformEncoder}.linear.bias`, tf.tensor1d(offsets)],
    [`${conditionDecoder}.linear.weight`, tf.tensor4d(decoder, [1, 1, latent, BLOCK_VALUES])],
    [`${conditionDecoder}.linear.bias`, tf.tensor1d(Float32Array.from(mean))],
    [`${hyperDecoder}.2.0.weight`, tf.mul(parameters.get(`${hyperDecoder}.2.0.weight`), 0.1)],
    [`${hyperDecoder}.2.0.bias`, tf.tensor1d(scales)],
    [`${jsccDecoder}.log_variance`, tf.tensor2d(powers, [rates.length, latent])],
    [QUANTISATION_STEP, tf.tensor1d(steps)],
  ]);
}

/** Largest eigenvalues first. */
interface Transform {
  /** Mean block, in the order channel, row, column. */
  readonly mean: ArrayLike<number>;
  readonly variances: readonly number[];
  readonly vectors: readonly (readonly number[])[];
}

/** Mean, and largest eigenvalues with their vectors, of the covariance of the crops' blocks. */
async function transformOf(crops: tf.Tensor4D, count: number): Promise<Transform> {
  const [mean, covariance] = tf.tidy(() => {
    const blocks = tf.reshape(pixelUnshuffle(crops, PATCH), [-1, BLOCK_VALUES]) as tf.Tensor2D;
    const mean = tf.mean<tf.Tensor1D>(blocks, 0), centred = tf.sub(blocks, mean);
    return [mean, tf.div(tf.matMul(centred, centred, true, false), blocks.shape[0])] as const;
  });
  const [means, values] = await Promise.all([mean.data(), covariance.data()]);
  tf.dispose([mean, covariance]);
  const matrix = Matrix.from1DArray(BLOCK_VALUES, BLOCK_VALUES, values);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i)
    .sort((a, b) => (realEigenvalues[b] as number) - (realEigenvalues[a] as number))
    .slice(0, count);
  return {
    mean: means,
    variances: order.map((i) => Math.max(LEAST_VARIANCE, realEigenvalues[i] as number)),
    vectors: order.map((i) => eigenvectorMatrix.getColumn(i)),
  };
}
