/**
 * The linear code that the compact network starts at: the Karhunen-Loève transform (KLT) of 16x16 blocks
 * with SoftCast's power allocation.
 *
 * Encoder row i is g_i u_i (eigenvector u_i of the blocks' covariance, eigenvalue l_i), g_i
 * proportional to l_i^(-1/4), scaled to a mean latent power of 1/2. Decoder column i is u_i / g_i, its
 * bias the mean block; the linear estimator's weight stands before it, from `log_variance`.
 *
 * Source: Jakubczak, Katabi, "SoftCast: one-size-fits-all wireless video", 2011.
 *
 * @module
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { pixelUnshuffle } from "../nn/pixel_shuffle.ts";
import { tf } from "../tfjs.ts";
import { BLOCK_SIDE, BLOCK_VALUES } from "./compact.ts";

/** Of a direction in which the blocks do not differ: its gain stays finite. */
const LEAST_VARIANCE = 1e-8;

/** Largest eigenvalues first. */
interface Transform {
  /** Mean block, f64[768] in the order channel, row, column. */
  readonly mean: Float64Array;
  /** l_i, for the first T. */
  readonly variances: Float64Array;
  /** u_i, f64[T][768]. */
  readonly vectors: readonly Float64Array[];
}

/**
 * Parameters of the linear path by name, in the layout of the network's tensors.
 *
 * @param crops f32[n, side, side, 3] in [0, 1], at least as many 16x16 blocks as there are channels.
 */
export async function linearCode(
  crops: tf.Tensor4D,
  latent: number,
): Promise<Map<string, tf.Tensor>> {
  const { mean, variances, vectors } = await transformOf(crops, latent);
  const raw = variances.map((variance) => variance ** -0.25);
  const power = raw.reduce((sum, g, i) => sum + g * g * (variances[i] as number), 0) / latent;
  const gains = raw.map((g) => g * Math.sqrt(0.5 / power));
  const encoder = new Float32Array(BLOCK_VALUES * latent), offsets = new Float32Array(latent);
  const decoder = new Float32Array(latent * BLOCK_VALUES);
  vectors.forEach((vector, i) => {
    const gain = gains[i] as number;
    let offset = 0;
    for (let value = 0; value < BLOCK_VALUES; value++) {
      const u = vector[value] as number;
      encoder[value * latent + i] = gain * u; // [in, out]
      decoder[i * BLOCK_VALUES + value] = u / gain;
      offset -= gain * u * ((mean[value] as number) - 0.5);
    }
    offsets[i] = offset;
  });
  const powers = gains.map((gain, i) => Math.log(gain * gain * (variances[i] as number)));
  return new Map<string, tf.Tensor>([
    ["encoder.linear.weight", tf.tensor4d(encoder, [1, 1, BLOCK_VALUES, latent])],
    ["encoder.linear.bias", tf.tensor1d(offsets)],
    ["decoder.linear.weight", tf.tensor4d(decoder, [1, 1, latent, BLOCK_VALUES])],
    ["decoder.linear.bias", tf.tensor1d(Float32Array.from(mean))],
    ["decoder.log_variance", tf.tensor1d(Float32Array.from(powers))],
  ]);
}

/** Mean, and largest eigenvalues with their vectors, of the covariance of the crops' blocks. */
async function transformOf(crops: tf.Tensor4D, count: number): Promise<Transform> {
  const [mean, covariance] = tf.tidy(() => {
    const blocks = tf.reshape(pixelUnshuffle(crops, BLOCK_SIDE), [-1, BLOCK_VALUES]) as tf.Tensor2D;
    const mean = tf.mean<tf.Tensor1D>(blocks, 0), centred = tf.sub(blocks, mean);
    const products = tf.matMul(centred, centred, true, false);
    return [mean, tf.div(products, blocks.shape[0])] as const;
  });
  const [means, values] = await Promise.all([mean.data(), covariance.data()]);
  tf.dispose([mean, covariance]);
  const matrix = Matrix.from1DArray(BLOCK_VALUES, BLOCK_VALUES, values);
  const decomposition = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const { realEigenvalues, eigenvectorMatrix } = decomposition;
  const order = realEigenvalues.map((_, i) => i)
    .sort((a, b) => (realEigenvalues[b] as number) - (realEigenvalues[a] as number))
    .slice(0, count);
  return {
    mean: Float64Array.from(means),
    variances: Float64Array.from(
      order,
      (i) => Math.max(LEAST_VARIANCE, realEigenvalues[i] as number),
    ),
    vectors: order.map((i) => Float64Array.from(eigenvectorMatrix.getColumn(i))),
  };
}
