/**
 * A distance between sets with its uncertainty: from rows of features per picture to one number,
 * and a bootstrap over the pictures for its confidence interval.
 *
 * Trials are averaged: each is a set of its own. The bootstrap draws pictures, not rows (patches of
 * one picture resemble each other), the same for original and reconstruction, since the sets are
 * paired.
 *
 * @module
 */
import type { FeatureRows, SetMetric } from "../core/metric.ts";
import { fillUniforms, rootKey } from "../core/random.ts";
import { mean, sampleVariance, Z_975 } from "./statistics.ts";
import type { Estimate } from "./summary.ts";

/** Resamples of a bootstrap; its standard deviation is then known to 5 %. */
export const RESAMPLES = 200;

/** Trials that take part in the bootstrap; the others would only narrow what the noise adds. */
const BOOTSTRAP_TRIALS = 4;

/** Beyond so many rows a resample takes too long, and there is no interval. */
const MOST_ROWS = 1000;

/** Rows of one picture in one trial; none where it has no result. */
export interface PictureRows {
  readonly original: FeatureRows;
  readonly received: FeatureRows;
}

/**
 * Mean over trials of the distance, with the half-width 1.96 times the standard deviation over
 * {@linkcode RESAMPLES} resamples of the pictures.
 *
 * @param trials Rows of all pictures, trial by trial, the pictures in the same order.
 */
export function setEstimate(
  metric: SetMetric,
  trials: Iterable<readonly PictureRows[]>,
): Estimate {
  const distances: number[] = [], resampled: Resampled[] = [];
  let first: readonly PictureRows[] | undefined;
  for (const pictures of trials) {
    first ??= pictures;
    const original = pictures.flatMap((picture) => [...picture.original]);
    const received = pictures.flatMap((picture) => [...picture.received]);
    distances.push(original.length > 0 ? metric.distance(original, received) : NaN);
    const few = original.length > 0 && original.length <= MOST_ROWS;
    if (metric.resampled && few && resampled.length < BOOTSTRAP_TRIALS) {
      const rowsOf = pictures.map(({ received }) => received.length);
      resampled.push({ rowsOf, distance: metric.resampled(original, received) });
    }
  }
  const known = distances.filter(Number.isFinite);
  const rowsOf = (first ?? []).map(({ received }) => received.length);
  return {
    value: known.length > 0 ? mean(known) : null,
    halfWidth: known.length > 0 ? bootstrap(resampled) : null,
    count: rowsOf.filter((rows) => rows > 0).length,
    rows: rowsOf.reduce((sum, rows) => sum + rows, 0),
  };
}

/** One trial: how many rows each picture has, and the distance by row counts. */
interface Resampled {
  readonly rowsOf: readonly number[];
  readonly distance: (counts: ArrayLike<number>) => number;
}

function bootstrap(trials: readonly Resampled[]): number | null {
  const pictures = trials[0]?.rowsOf.length ?? 0;
  if (pictures < 2) return null;
  const key = rootKey(0).derive("bootstrap");
  const values: number[] = [];
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const drawn = new Float64Array(pictures), times = new Uint32Array(pictures);
    fillUniforms(key.derive(resample), drawn);
    for (const uniform of drawn) {
      const picture = Math.min(pictures - 1, Math.floor(uniform * pictures));
      times[picture] = (times[picture] as number) + 1;
    }
    values.push(
      mean(
        trials.map(({ rowsOf, distance }) =>
          distance(
            rowsOf.flatMap((rows, picture) =>
              new Array<number>(rows).fill(times[picture] as number)
            ),
          )
        ),
      ),
    );
  }
  const known = values.filter(Number.isFinite);
  return known.length > 1 ? Z_975 * Math.sqrt(sampleVariance(known)) : null;
}
