/**
 * The summary of a run: what `summary.json` holds and what every table and figure is made from.
 *
 * @module
 */
import type { OptionValues } from "../core/options.ts";
import type { PlannedImage } from "./plan.ts";

/** A mean over images with its 95 % confidence half-width (Student t); null where undefined. */
export interface Estimate {
  /** Mean over images; null when no image has a value. "Infinity" of a lossless picture is capped out: see `infinite`. */
  readonly value: number | null;
  /** null with fewer than two images. */
  readonly halfWidth: number | null;
  /** Images that went into the mean. */
  readonly count: number;
  /** Rows of features (patches) in all, of a distance between sets. */
  readonly rows?: number;
  /** Images whose value is infinite (lossless); left out of the mean and said in a note. */
  readonly infinite?: number;
}

/** One codec at one SNR, one CBR, over one channel. */
export interface Point {
  readonly codec: string;
  /** Legend text: title, with the options that differ from their defaults. */
  readonly label: string;
  readonly options: OptionValues;
  /** Of the variant that was best, where `options` stand for several. */
  readonly chosen?: OptionValues;
  readonly version: string;
  /** Canonical: "awgn", "rayleigh:fading=block". */
  readonly channel: string;
  readonly snrDb: number;
  readonly assumedSnrDb: number;
  /** As given: "1/48". */
  readonly cbrTarget: string;
  /** Channel uses / (3 W H), side information included. */
  readonly cbr: Estimate;
  /** Share of side information in the channel uses, 0 to 1. */
  readonly sideShare: number;
  readonly outageRate: number;
  readonly trials: number;
  readonly metrics: Readonly<Record<string, Estimate>>;
  readonly encodeMs: number | null;
  readonly decodeMs: number | null;
  /** Why no more trials were made: "1 trial asked for", "half-width reached", ... */
  readonly stopped: string;
  /** Conditions a reader must know: mismatch, nearest checkpoint, missing images. */
  readonly notes: readonly string[];
}

/** What a metric column needs to be shown. */
export interface MetricColumn {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly better: "higher" | "lower";
  readonly digits: number;
  readonly reference: string;
  /** Conditions to be stated below a table. */
  readonly note?: string;
}

/** The whole summary, the content of `summary.json`. */
export interface Summary {
  readonly command: string;
  readonly seed: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly data: {
    readonly name: string;
    readonly images: number;
    /** What they are, in order: a picture is known by the digest of its samples. */
    readonly list: readonly PlannedImage[];
  };
  readonly metrics: readonly MetricColumn[];
  /** In the order of the experiment: channel, CBR, codec, SNR. */
  readonly points: readonly Point[];
  /** What failed or is missing, one sentence each. */
  readonly notes: readonly string[];
}
