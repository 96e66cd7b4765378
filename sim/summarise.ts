/**
 * From the store to the summary: a pure function of the stored results, in the order of the plan.
 *
 * @module
 */
import { sourceValues } from "../core/image.ts";
import type { SetMetric } from "../core/metric.ts";
import type { Experiment } from "./experiment.ts";
import { keptFor } from "./metrics/mod.ts";
import type { PlannedImage, VersionedPoint } from "./plan.ts";
import { unitKey } from "./plan.ts";
import { type PictureRows, setEstimate } from "./set_estimate.ts";
import { estimate, mean } from "./statistics.ts";
import type { Store } from "./store.ts";
import type { Estimate, Point } from "./summary.ts";
import { unitId, type UnitResult } from "./unit.ts";

/** Results of a point: one array of trials per picture, pictures without results left out. */
export interface PointResults {
  readonly images: readonly {
    readonly image: PlannedImage;
    readonly units: readonly UnitResult[];
  }[];
}

/** Reads the results of a point's first `trials` trials. */
export function pointResults(
  point: VersionedPoint,
  images: readonly PlannedImage[],
  trials: number,
  { seed, metrics }: Pick<Experiment, "seed" | "metrics">,
  store: Store,
): PointResults {
  const { values, featureSets } = keptFor(metrics);
  const found = images.map((image) => {
    const units: UnitResult[] = [];
    for (let trial = 0; trial < trials; trial++) {
      const id = unitId(unitKey(point, point.version, image, trial, seed));
      const unit = store.get(id, values, featureSets);
      if (unit) units.push(unit);
    }
    return { image, units };
  });
  return { images: found.filter(({ units }) => units.length > 0) };
}

/** One metric of a point: an array of trials per picture. */
export function metricValues({ images }: PointResults, metric: string): number[][] {
  return images.map(({ units }) => units.map((unit) => unit.metrics[metric] ?? NaN));
}

/** The distance of a set metric at a point. */
export function pointDistance(
  metric: SetMetric,
  point: VersionedPoint,
  images: readonly PlannedImage[],
  trials: number,
  seed: number,
  store: Store,
): Estimate {
  const rowsOf = (image: PlannedImage, trial: number): PictureRows => {
    const id = unitId(unitKey(point, point.version, image, trial, seed));
    const original = store.features(image.digest, metric.featureSet);
    const received = store.features(id, metric.featureSet);
    return original && received ? { original, received } : { original: [], received: [] };
  };
  const allTrials = function* (): Iterable<PictureRows[]> {
    for (let trial = 0; trial < trials; trial++) {
      yield images.map((image) => rowsOf(image, trial));
    }
  };
  return setEstimate(metric, allTrials());
}

/** A row of the summary, without the distances of sets. */
export function summarisePoint(
  point: VersionedPoint,
  results: PointResults,
  context: {
    readonly images: readonly PlannedImage[];
    /** Metrics of single pictures. */
    readonly metrics: readonly string[];
    readonly trials: number;
    readonly stopped: string;
  },
): Point {
  const { images } = results;
  const perImage = (value: (unit: UnitResult, image: PlannedImage) => number): Estimate =>
    estimate(images.map(({ image, units }) => mean(units.map((unit) => value(unit, image)))));
  const all = images.flatMap(({ units }) => units);
  const uses = total(all, (unit) => unit.symbolUses + unit.sideUses);
  const side = total(all, (unit) => unit.sideUses);
  return {
    codec: point.codec.request.codec,
    label: point.codec.label,
    options: point.codec.request.options,
    version: point.version,
    channel: point.session.channel,
    snrDb: point.snrDb,
    assumedSnrDb: point.session.snrDb,
    cbrTarget: point.cbrTarget,
    cbr: perImage((unit, image) => (unit.symbolUses + unit.sideUses) / sourceValues(image)),
    sideShare: uses > 0 ? side / uses : 0,
    outageRate: all.length > 0 ? total(all, (unit) => Number(unit.outage)) / all.length : 0,
    trials: context.trials,
    metrics: Object.fromEntries(
      context.metrics.map((metric) => [metric, perImage((unit) => unit.metrics[metric] ?? NaN)]),
    ),
    encodeMs: meanMs(all, (unit) => unit.times.encode),
    decodeMs: meanMs(all, (unit) => unit.times.decode),
    stopped: context.stopped,
    notes: notes(point, results, context.images.length),
  };
}

function notes(point: VersionedPoint, results: PointResults, asked: number): string[] {
  const list = [...point.notes];
  const missing = asked - results.images.length;
  if (missing > 0) list.push(`${missing} of ${asked} images have no result`);
  if (point.session.sideInformation !== "ideal") {
    list.push(`side information priced "${point.session.sideInformation}"`);
  }
  return list;
}

function total(units: readonly UnitResult[], value: (unit: UnitResult) => number): number {
  return units.reduce((sum, unit) => sum + value(unit), 0);
}

function meanMs(units: readonly UnitResult[], value: (unit: UnitResult) => number): number | null {
  return units.length > 0 ? Math.round(100 * total(units, value) / units.length) / 100 : null;
}
