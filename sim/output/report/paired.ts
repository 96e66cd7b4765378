/**
 * Codecs against a reference, picture by picture: what makes one picture harder than another
 * cancels, so that these intervals are far narrower than those of the means.
 *
 * @module
 */
import { pairedDifference } from "../../statistics.ts";
import type { Estimate, MetricColumn, Point } from "../../summary.ts";
import { perImage, type PointResults } from "./results.ts";

/** A codec minus the reference, under the same condition. */
export interface Comparison {
  readonly point: Point;
  readonly difference: Estimate;
  /** Pictures of which the codec is better than the reference; ties count for neither. */
  readonly better: number;
  /** What the interval says; "even" where it holds 0, or there is none. */
  readonly verdict: "better" | "worse" | "even";
}

/** All comparisons of one metric with one reference. */
export function compareWith(
  reference: string,
  metric: MetricColumn,
  results: readonly PointResults[],
): Comparison[] {
  const references = new Map(
    results.filter(({ point }) => point.label === reference).map((
      one,
    ) => [placeOf(one.point), one]),
  );
  return results.filter(({ point }) => point.label !== reference).flatMap((one) => {
    const other = references.get(placeOf(one.point));
    return other ? [compare(one, other, metric)] : [];
  });
}

/** Where and under what: points of the same place met the same pictures and the same noise. */
function placeOf({ channel, cbrTarget, snrDb, assumedSnrDb }: Point): string {
  return JSON.stringify([channel, cbrTarget, snrDb, assumedSnrDb]);
}

function compare(one: PointResults, other: PointResults, metric: MetricColumn): Comparison {
  const own = perImage(one, metric.id), reference = perImage(other, metric.id);
  const difference = pairedDifference(own, reference);
  const sign = metric.better === "higher" ? 1 : -1;
  return {
    point: one.point,
    difference,
    better: own.filter((value, image) => sign * (value - (reference[image] as number)) > 0).length,
    verdict: verdictOf(difference, sign),
  };
}

function verdictOf({ value, halfWidth }: Estimate, sign: number): Comparison["verdict"] {
  if (value === null || halfWidth === null) return "even";
  if (sign * value - halfWidth > 0) return "better";
  return sign * value + halfWidth < 0 ? "worse" : "even";
}
