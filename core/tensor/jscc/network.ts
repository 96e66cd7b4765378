/**
 * What networks between picture and channel symbols (joint source-channel coding, JSCC) have in common.
 *
 *     picture --encode--> latent z --power--> symbols ~~channel~~> y --decode--> picture
 *
 * Tensors are f32[n, height, width, channel]; pictures are in [0, 1].
 *
 * @module
 */
import type { Declarations, Parameters } from "../nn/parameters.ts";
import type { tf } from "../tfjs.ts";

/** What a manifest says of a network's shape. */
export type NetworkOptions = Readonly<Record<string, number | readonly number[]>>;

/** What arrives of the latents of n pictures. */
export interface ReceivedLatent {
  /**
   * Received values, f32[n, h, w, T]: symbols of unit mean power (1/2 a real value) and noise, or
   * where {@linkcode Network.tellsPower} the latent itself and noise.
   */
  readonly y: tf.Tensor4D;
  /** Variance of the noise on each value, f32[n, 1, 1, 1] or f32[n, h, w, T]. */
  readonly variance: tf.Tensor4D;
  /** SNR of the symbols as the receiver believes it, in dB, the mean over a picture: f32[n, 1]. */
  readonly snrDb: tf.Tensor2D;
}

/** An autoencoder. */
export interface Network {
  /** Sides of pictures are multiples of this. */
  readonly stride: number;
  /** Channels T of the latent: T / (6 stride^2) complex channel uses per source value. */
  readonly latent: number;
  readonly options: NetworkOptions;
  readonly declarations: Declarations;
  /**
   * Whether the receiver is told by how much the latent was scaled to unit power, one byte of side
   * information. Published networks do without.
   */
  readonly tellsPower: boolean;
  /** Float32 values alive at once for each pixel of a picture, at most: what its memory is. */
  readonly valuesPerPixel: number;
  /**
   * Picture to latent, f32[n, H, W, 3] to f32[n, H / stride, W / stride, T].
   *
   * @param snrDb f32[n, 1]; only networks that adapt to the SNR look at it.
   */
  encode(parameters: Parameters, x: tf.Tensor4D, snrDb: tf.Tensor2D): tf.Tensor4D;
  /** Received latent to picture, f32[n, H, W, 3], not clamped. */
  decode(parameters: Parameters, received: ReceivedLatent): tf.Tensor4D;
}
