/**
 * The metrics that the simulator knows. What each says of itself is at hand at once; a metric with
 * a network loads it when it first measures.
 *
 * @module
 */
import type { Metric } from "../../core/metric.ts";
import { Registry } from "../../core/registry.ts";
import { dists, DISTS_NEEDS } from "./dists.ts";
import { lpips, LPIPS_NETWORKS, type LpipsInput } from "./lpips.ts";
import { msSsim } from "./ms_ssim.ts";
import { msSsim4 } from "./ms_ssim_4.ts";
import { MOBILENET_V2_WEIGHTS } from "./patch_networks.ts";
import { psnr } from "./psnr.ts";
import { SET_METRICS, setMetric } from "./set_metrics.ts";
import { ssim } from "./ssim.ts";
import { ufd } from "./ufd.ts";
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
  register([], "", () => metric);
}
for (const network of LPIPS_NETWORKS) {
  for (const input of ["standard", "half"] satisfies LpipsInput[]) {
    const needs = [network.backbone, network.linear];
    register(needs, `lpips-${network.id}`, (weights) => lpips(network, input, weights));
  }
}
register(Object.values(DISTS_NEEDS), "dists", dists);
register([MOBILENET_V2_WEIGHTS], "fd-mobilenet-v2", ufd);
for (const plan of SET_METRICS) {
  register([plan.network.weights], plan.network.asset, (weights) => setMetric(plan, weights));
}

function register(
  needs: readonly WeightsNeed[],
  asset: string,
  create: (weights: WeightSource) => Metric,
): void {
  const info = create(NO_WEIGHTS);
  registry.register({ id: info.id, info, needs, asset, create });
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
