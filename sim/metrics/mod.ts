/**
 * The metrics that the simulator knows. What each says of itself is at hand at once; a metric with
 * a network loads it when it is first asked for.
 *
 * @module
 */
import type { Metric, MetricInfo } from "../../core/metric.ts";
import { Registry } from "../../core/registry.ts";
import { msSsim } from "./ms_ssim.ts";
import { msSsim4 } from "./ms_ssim_4.ts";
import { psnr } from "./psnr.ts";
import { ssim } from "./ssim.ts";

/** A metric before it is loaded. */
export interface MetricEntry {
  readonly id: string;
  readonly info: MetricInfo;
  load(): Promise<Metric>;
}

const registry = new Registry<MetricEntry>("metric");
for (const metric of [psnr, msSsim, msSsim4, ssim]) registry.register(atHand(metric));

/** All metrics by id, in the order in which help and tables name them. */
export function metrics(): Registry<MetricEntry> {
  return registry;
}

/**
 * What a metric says of itself, without loading it.
 *
 * @throws {OptionError} When no metric has the id; the known ones are named.
 */
export function metricInfo(id: string): MetricInfo {
  return registry.get(id).info;
}

/**
 * A metric ready to measure.
 *
 * @throws {OptionError} When no metric has the id; the known ones are named.
 */
export async function loadMetric(id: string): Promise<Metric> {
  return await registry.get(id).load();
}

function atHand(metric: Metric): MetricEntry {
  return { id: metric.id, info: metric, load: () => Promise.resolve(metric) };
}
