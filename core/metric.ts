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
  readonly better: "higher" | "lower";
  /** Digits after the decimal point in tables. */
  readonly digits: number;
  /** Definition: paper, equation, choices made. */
  readonly reference: string;
}

/** A metric of one picture against its original. */
export interface ImageMetric extends MetricInfo {
  readonly kind: "image";
  /**
   * @returns The value, or NaN where the metric is undefined for this size (said in `reference`);
   * a lossless picture may give Infinity.
   */
  measure(original: RgbImage, received: RgbImage): Promise<number>;
}

/** Rows of features, one f32[d] a row. */
export type FeatureRows = readonly Float32Array[];

/** A metric of a set of pictures against the originals: rows are kept, so that shards merge. */
export interface SetMetric extends MetricInfo {
  readonly kind: "set";
  features(image: RgbImage): Promise<Float32Array[]>;
  distance(original: FeatureRows, received: FeatureRows): number;
}

/** Any metric. */
export type Metric = ImageMetric | SetMetric;
