/**
 * Whether a value read from a file is a summary: a person may have edited it, or a disk.
 *
 * @module
 */
import { parseRatio } from "../../../core/units.ts";
import type { Summary } from "../../summary.ts";

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number" && Number.isFinite(value);
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const optional = (check: Check): Check => (value) => value === undefined || check(value);
const nullable = (check: Check): Check => (value) => value === null || check(value);
const listOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);
const recordOf = (check: Check): Check => (value) =>
  isObject(value) && Object.values(value).every(check);
const shape = (fields: Readonly<Record<string, Check>>): Check => (value) =>
  isObject(value) && Object.entries(fields).every(([key, check]) => check(value[key]));

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const option: Check = (value) => ["string", "number", "boolean"].includes(typeof value);

const ratio: Check = (value) => {
  try {
    return typeof value === "string" && parseRatio(value, "CBR") > 0;
  } catch {
    return false;
  }
};

const estimate = shape({
  value: nullable(number),
  halfWidth: nullable(number),
  count,
  infinite: optional(count),
  rows: optional(count),
});

/** Trials of a point: as many as can be looked up in a store. */
const MOST_TRIALS = 1_000_000;
const trials: Check = (value) => count(value) && (value as number) <= MOST_TRIALS;

const point = shape({
  codec: text,
  label: text,
  options: recordOf(option),
  chosen: optional(recordOf(option)),
  version: text,
  channel: text,
  snrDb: number,
  assumedSnrDb: number,
  cbrTarget: ratio,
  cbr: estimate,
  sideShare: number,
  outageRate: number,
  trials,
  metrics: recordOf(estimate),
  encodeMs: nullable(number),
  decodeMs: nullable(number),
  stopped: text,
  notes: listOf(text),
});

/** Digits that `toFixed` takes. */
const digits: Check = (value) => count(value) && (value as number) <= 20;
const direction: Check = (value) => value === "higher" || value === "lower";
const size: Check = (value) => count(value) && (value as number) >= 1;

const summary = shape({
  command: text,
  seed: number,
  versions: recordOf(text),
  data: shape({
    name: text,
    images: count,
    list: listOf(shape({ name: text, digest: text, width: size, height: size })),
  }),
  metrics: listOf(
    shape({
      id: text,
      title: text,
      unit: text,
      better: direction,
      digits,
      reference: text,
      note: optional(text),
    }),
  ),
  points: listOf(point),
  notes: listOf(text),
});

/** Whether a value has every field of a summary, each of its kind. */
export function isSummary(value: unknown): value is Summary {
  return summary(value);
}
