/**
 * What the main process asks of a worker, and what comes back.
 *
 * @module
 */
import type { CodecPlugin, Session } from "../core/codec.ts";
import type { RgbImage } from "../core/image.ts";
import type { OptionValues, Spec } from "../core/options.ts";
import type { TensorEngine, TensorOptions } from "../core/tensor/engine.ts";
import type { Features, UnitResult } from "./unit.ts";

/** A codec as a worker makes it. */
export interface CodecRequest {
  readonly plugins: readonly string[];
  readonly codec: string;
  readonly options: OptionValues;
  readonly rate: CodecPlugin["rate"];
}

/** A session and the channel over which it runs. */
export interface Link {
  readonly session: Session;
  readonly channel: Spec;
}

/** "What version are you, in each of these sessions?" */
export interface DescribeJob {
  readonly kind: "describe";
  readonly tensors: TensorOptions;
  readonly codec: CodecRequest;
  readonly links: readonly Link[];
}

/** Answer to a {@linkcode DescribeJob}, in the order of its links. */
export interface Description {
  readonly version: string;
  readonly notes: readonly string[];
}

/** Units that share a codec and a picture, hence encodes. */
export interface GroupJob {
  readonly kind: "group";
  readonly tensors: TensorOptions;
  readonly codec: CodecRequest;
  readonly image: RgbImage;
  readonly imageDigest: string;
  readonly metrics: readonly string[];
  /** Feature sets that are not known yet of the picture itself. */
  readonly originals: readonly string[];
  readonly seed: number;
  readonly tasks: readonly SessionTask[];
}

/** The units of one session. */
export interface SessionTask extends Link {
  readonly units: readonly {
    readonly id: string;
    readonly snrDb: number;
    readonly trial: number;
    /** Its reconstruction is wanted too. */
    readonly keepPicture: boolean;
  }[];
}

/** Any job. */
export type Job = DescribeJob | GroupJob;

/** A unit that a worker has finished; sent as soon as it is there. */
export interface UnitDone {
  readonly kind: "unit";
  readonly id: string;
  readonly result: UnitResult;
  /** What is kept of the reconstruction, as lossless WebP. */
  readonly picture?: Uint8Array;
}

/** Features of the picture itself; sent before its first unit. */
export interface OriginalDone {
  readonly kind: "original";
  readonly features: Features;
}

/** The worker has opened tensors; sent once. */
export interface TensorsOpened {
  readonly kind: "tensors";
  readonly engine: TensorEngine;
}

/** What a worker tells during a job. */
export type Progress = UnitDone | OriginalDone | TensorsOpened;
