/**
 * Contract between a learned codec and the trainer: the loop is one for all codecs, a codec brings
 * its networks, what they learn from, and its stages.
 *
 * A codec's `plugin.ts` exports `trainable`, a {@linkcode TrainablePlugin}, beside its codec.
 *
 * @module
 */
import type { RandomKey } from "../random.ts";
import type { Decibel } from "../units.ts";
import type { Declarations, Parameters } from "./nn/parameters.ts";
import type { tf } from "./tfjs.ts";

/** What a training is for. */
export interface TrainingGoal {
  readonly snrDb: Decibel;
  /** Complex channel uses per source value. */
  readonly cbr: number;
  /** Which of the codec's networks. */
  readonly preset: string;
  /** Number of the stage, from 1 (Algorithm 1 of arXiv:2409.02597); 1 where there is but one. */
  readonly stage: number;
  /** Other settings by name, as they came: the codec checks them. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What `deno task train --codec ID` finds. */
export interface TrainablePlugin {
  /** Id of the codec. */
  readonly codec: string;
  readonly presets: readonly string[];
  readonly stages: number;
  /** Loads the networks; called when a training starts, so that listing codecs stays quick. */
  create(goal: TrainingGoal): Promise<Trainable>;
}

/** A codec in training. */
export interface Trainable {
  /** As in the manifest: options that give the networks their shape, version, loss in words. */
  readonly options: Readonly<Record<string, number | string | boolean | readonly number[]>>;
  readonly version: string;
  readonly loss: string;
  /** Sides of crops must be multiples of this. */
  readonly stride: number;
  /** All parameters, also those that no objective trains (running statistics). */
  readonly declarations: Declarations;
  /** Which of them go into a weights file; the others live in training checkpoints only. */
  readonly shipped: (name: string) => boolean;
  /**
   * Sets what is not drawn at random, such as a linear code (KLT): new tensors for the parameters
   * it changes. Crops are f32[n, side, side, 3] in [0, 1].
   */
  start?(
    parameters: Parameters,
    crops: tf.Tensor4D,
    key: RandomKey,
  ): Promise<Map<string, tf.Tensor>>;
  /**
   * Updated one after another in every step, each with an optimiser of its own. The loss of the last
   * one is what a live line and a figure show.
   */
  readonly objectives: readonly Objective[];
  /**
   * A fall of the validation PSNR below its best by more dB than this is taken for a divergence, and
   * stops the training. Default 1: a loss that gives up PSNR for something else says more.
   */
  readonly divergedDb?: number;
  /** What the receiver shows, for validation: f32[n, h, w, 3] in [0, 1], not rounded. */
  reconstruct(parameters: Parameters, pictures: tf.Tensor4D, key: RandomKey): tf.Tensor4D;
}

/** One loss and the parameters it trains. Most codecs have one; a GAN has two. */
export interface Objective {
  readonly name: string;
  readonly trains: (parameter: string) => boolean;
  /** Scalar to be minimised, and what a log should show. Called inside a `tidy`. */
  loss(parameters: Parameters, crops: tf.Tensor4D, key: RandomKey): Loss;
}

/** A loss with its parts. */
export interface Loss {
  readonly value: tf.Scalar;
  /** For the log, by name. */
  readonly parts?: Readonly<Record<string, tf.Scalar>>;
  /** New values of running statistics (spectral norm's vectors), by full name. */
  readonly updates?: ReadonlyMap<string, tf.Tensor>;
}
