/**
 * A unit of work: one codec sends one picture once. Its id is the digest of all that determines
 * its result, so a store of results is a cache.
 *
 * @module
 */
import type { Session } from "../core/codec.ts";
import type { FeatureRows } from "../core/metric.ts";
import type { OptionValues } from "../core/options.ts";
import { digestOf } from "./canonical.ts";

/** Changes when the simulator itself gives other results for the same codecs. */
export const PROTOCOL = 1;

/** Everything that determines the result of a unit. */
export interface UnitKey {
  readonly codec: string;
  readonly options: OptionValues;
  /** Of the codec, for this session. */
  readonly version: string;
  readonly session: Session;
  /** Digest of the picture's samples. */
  readonly image: string;
  readonly snrDb: number;
  readonly trial: number;
  readonly seed: number;
}

/** The id of a unit: 32 hexadecimal digits. */
export function unitId(key: UnitKey): string {
  return digestOf({ protocol: PROTOCOL, ...key });
}

/** Feature set -> rows of one picture. */
export type Features = Readonly<Record<string, FeatureRows>>;

/** What a unit gave. */
export interface UnitResult {
  /** Channel uses of the symbols and, apart, of the side information at its price. */
  readonly symbolUses: number;
  readonly sideUses: number;
  readonly outage: boolean;
  /** Metric id -> value; NaN where undefined for this picture. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Feature set -> rows of what arrived, for metrics of sets. */
  readonly features?: Features;
  readonly details: Readonly<Record<string, number>>;
  readonly times: UnitTimes;
}

/** Milliseconds of wall time; `encode` is 0 where the encode was shared with an earlier unit. */
export interface UnitTimes {
  readonly encode: number;
  readonly channel: number;
  readonly decode: number;
  readonly measure: number;
}
