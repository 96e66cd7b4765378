/**
 * The metrics that the simulator knows. What each says of itself is at hand at once; a metric with
 * a network loads it when it first measures.
 *
 * @module
 */
import type { Metric } from "../../core/metric.ts";
import { Registry } from "../../core/registry.ts";
import { msSsim } from "./ms_ssim.ts";
import { msSsim4 } from "./ms_ssim_4.ts";
import { psnr } from "./psnr.ts";
import { ssim } from "./ssim.ts";
import { NO_WEIGHTS, type WeightsNeed, type WeightSource } from "./weights.ts";

export { NO_WEIGHTS, type WeightFile, type WeightsNeed, type WeightSource } from "./weights.ts";

/** A metric before it is made. */
export interface MetricEntry {
  readonly id: string;
  /** What it says of itself; it has no weights and cannot measure if it needs some. */
  readonly info: Metric;
  /** Weights that must be there; none: it needs nothing. */
  readonly needs: readonly WeightsNeed[];
  /** What `deno task assets` calls them; "" where nothing is needed. */
  readonly asset: string;
  /** Makes it at once; weights are read when it first measures. */
  create(weights: WeightSource): Metric;
}

const registry = new Registry<MetricEntry>("metric");
for (const metric of [psnr, msSsim, msSsim4, ssim]) {
  registry.register({
    id: metric.id,
    info: metric,
    needs: [],
    asset: "",
    create: () => metric,
  });
}

/** All metrics by id, in the order in which help and tables name them. */
export function metrics(): Registry<MetricEntry> {
  return registry;
}

/**
 * What a metric says of itself.
 *
 * @throws {OptionError} When no metric has the id; the known ones are named.
 */
export function metricInfo(id: string): Metric {
  return registry.get(id).info;
}

/**
 * A metric ready to measure with these weights.
 *
 * @throws {OptionError} When no metric has the id; the known ones are named.
 */
export function loadMetric(id: string, weights: WeightSource = NO_WEIGHTS): Metric {
  return registry.get(id).create(weights);
}

/** What a unit keeps for a list of metrics. */
export interface Kept {
  /** Metrics of single pictures: a value each. */
  readonly values: readonly string[];
  /** Feature sets of metrics of sets: rows each. */
  readonly featureSets: readonly string[];
}

/** Which of the metrics give values and which feature sets the others need. */
export function keptFor(ids: readonly string[]): Kept {
  const infos = ids.map(metricInfo);
  return {
    values: infos.filter(({ kind }) => kind === "image").map(({ id }) => id),
    featureSets: [
      ...new Set(infos.flatMap((info) => info.kind === "set" ? [info.featureSet] : [])),
    ],
  };
}
