/**
 * When a point has been simulated often enough. Decided on complete rounds only (every picture has
 * the same number of trials), so that the decision does not depend on workers or their order.
 *
 * @module
 */
import type { Experiment } from "./experiment.ts";
import { estimate, mean, sampleVariance } from "./statistics.ts";

/** Values of one metric: one array of trials per picture. */
export type TrialValues = readonly (readonly number[])[];

/** Go on, or stop and why. */
export type Verdict = { readonly stop: false } | { readonly stop: true; readonly why: string };

/**
 * Trials of the next round after `done` ones: all at once where their number is fixed, else twice as
 * many in all, so that encodes are shared within a round and few decisions are made.
 */
export function nextRound(
  { trials, halfWidth }: Pick<Experiment, "trials" | "halfWidth">,
  done: number,
): number[] {
  const wanted = Object.keys(halfWidth).length > 0 ? Math.max(1, done) : trials;
  const count = Math.min(wanted, trials - done);
  return Array.from({ length: count }, (_, index) => done + index);
}

/**
 * Judges a point after a complete round.
 *
 * Half-widths are over pictures, trials averaged within a picture first. More trials shrink only
 * the part that the noise adds, so a point whose spread between pictures alone exceeds the
 * half-width is stopped at once, and the reason says so.
 */
export function judge(
  { trials, halfWidth }: Pick<Experiment, "trials" | "halfWidth">,
  trialsDone: number,
  values: (metric: string) => TrialValues,
): Verdict {
  if (trialsDone >= trials) {
    const times = trials === 1 ? "1 trial" : `${trials} trials`;
    return { stop: true, why: Object.keys(halfWidth).length > 0 ? `at most ${times}` : times };
  }
  const wanted = Object.entries(halfWidth);
  if (wanted.length === 0) return { stop: false };
  let allReached = true;
  for (const [metric, width] of wanted) {
    const state = reached(values(metric), width);
    if (state === "never") {
      return {
        stop: true,
        why: `${metric} +-${width} needs more pictures: they differ by more than that`,
      };
    }
    if (state === "not yet") allReached = false;
  }
  return allReached ? { stop: true, why: "half-width reached" } : { stop: false };
}

function reached(values: TrialValues, width: number): "yes" | "not yet" | "never" {
  const means = values.map(mean);
  const { halfWidth } = estimate(means);
  if (halfWidth === null) return "not yet";
  if (halfWidth <= width) return "yes";
  const trials = values[0]?.length ?? 0;
  if (trials < 2) return "not yet";
  // variance of a picture's mean = spread between pictures + noise / trials; of the spread, the
  // lower end: a sample variance of n values has a relative error of sqrt(2 / (n - 1))
  const total = sampleVariance(means);
  const noise = mean(values.map((one) => sampleVariance(one))) / trials;
  const doubt = 2 * Math.sqrt(2 / (means.length - 1));
  const spread = Math.max(0, total * (1 - doubt) - noise);
  const floor = halfWidth * Math.sqrt(spread / total);
  return floor > width ? "never" : "not yet";
}
