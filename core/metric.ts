/**
 * Contract of a quality metric.
 *
 * @module
 */
import type { RgbImage } from "./image.ts";

/** What every metric says of itself. */
export interface MetricInfo {
  /** Identity: "psnr", "ms-ssim". A variant has an id of its own, never an option. */
  readonly id: string;
  /** As in a table head: "PSNR". */
  readonly title: string;
  /** "dB", or "" for a pure number. */
  readonly unit: string;
  /** Which way a picture improves. */
  readonly better: "higher" | "lower";
  /** Digits after the decimal point in tables. */
  readonly digits: number;
  /** Definition: paper, equation, choices made. */
  readonly reference: string;
  /**
   * Conditions without which its numbers mean nothing, for the remarks below a table: network, patch
   * and resize rule. A set metric's stands behind the number of its rows.
   */
  readonly note?: string;
}

/** A metric of one picture against its original. */
export interface ImageMetric extends MetricInfo {
  /** Judges one picture. */
  readonly kind: "image";
  /**
   * Compares what arrived with the original, of the same size.
   *
   * @returns The value, or NaN where the metric is undefined for this size (said in `reference`);
   * a lossless picture may give Infinity.
   */
  measure(original: RgbImage, received: RgbImage): Promise<number>;
}

/** Rows of features, one f32[d] a row. */
export type FeatureRows = readonly Float32Array[];

/** A metric of a set of pictures against the originals: rows are kept, so that shards merge. */
export interface SetMetric extends MetricInfo {
  /** Judges a set of pictures. */
  readonly kind: "set";
  /** Names the rows: metrics of the same feature set share them, made and kept once. */
  readonly featureSet: string;
  /** Rows of one picture, as many for the original as for what arrives; none when it is too small. */
  features(image: RgbImage): Promise<Float32Array[]>;
  /**
   * How far what arrived is from the originals.
   *
   * @param original Rows of all originals, picture by picture.
   * @param received Rows of what arrived, in the same order.
   * @returns The distance, or NaN where it is undefined (fewer than two rows).
   */
  distance(original: FeatureRows, received: FeatureRows): number;
  /**
   * The distance as it were if row i stood counts[i] times in both sets: what a bootstrap needs,
   * prepared once. Absent: no confidence interval.
   */
  resampled?(
    original: FeatureRows,
    received: FeatureRows,
  ): (counts: ArrayLike<number>) => number;
}

/** Any metric. */
export type Metric = ImageMetric | SetMetric;
