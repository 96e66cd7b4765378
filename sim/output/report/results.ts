/**
 * The units behind the points of a summary, found again in the store.
 *
 * A report needs no codec: what a point says of itself gives the ids of its units.
 *
 * @module
 */
import { parseRatio } from "../../../core/units.ts";
import type { Experiment } from "../../experiment.ts";
import type { PlannedImage } from "../../plan.ts";
import { mean } from "../../statistics.ts";
import type { Store } from "../../store.ts";
import type { Point, Summary } from "../../summary.ts";
import { unitId, type UnitResult } from "../../unit.ts";

/** What a report is made from. */
export interface Source {
  readonly summary: Summary;
  readonly experiment: Experiment;
  readonly store: Store;
}

/** A point with its units: one list of trials per picture of the data set, in its order. */
export interface PointResults {
  readonly point: Point;
  readonly images: readonly (readonly UnitResult[])[];
}

/** The results of every point, in the order of the summary. */
export function resultsOf(source: Source): PointResults[] {
  const { summary: { points, data }, store } = source;
  return points.map((point) => ({
    point,
    images: data.list.map((image) => {
      const units: UnitResult[] = [];
      for (let trial = 0; trial < point.trials; trial++) {
        const unit = store.get(idOf(source, point, image, trial), []);
        if (unit) units.push(unit);
      }
      return units;
    }),
  }));
}

/** The id of a unit of a point. */
export function idOf(
  { summary: { seed }, experiment: { sideInformation } }: Source,
  point: Point,
  image: PlannedImage,
  trial: number,
): string {
  const { codec, options, chosen = options, version, channel, cbrTarget, assumedSnrDb } = point;
  return unitId({
    codec,
    options: chosen,
    version,
    session: {
      cbr: parseRatio(cbrTarget, "CBR"),
      snrDb: assumedSnrDb,
      channel,
      sideInformation,
    },
    image: image.digest,
    snrDb: point.snrDb,
    trial,
    seed,
  });
}

/** A metric per picture, trials averaged first; NaN for a picture without a result. */
export function perImage({ images }: PointResults, metric: string): number[] {
  return images.map((units) => mean(units.map((unit) => unit.metrics[metric] ?? NaN)));
}

/** All units of a point. */
export function allUnits({ images }: PointResults): UnitResult[] {
  return images.flat();
}
