/**
 * Which of the metrics that are asked for can be computed here. What lacks its weights is left out,
 * and said; it never stops a run.
 *
 * @module
 */
import { metrics } from "./metrics/mod.ts";
import type { WeightFolder } from "./weight_folder.ts";

/** The metrics of a run. */
export interface MetricChoice {
  /** Those that can be computed, in the order asked for. */
  readonly ready: readonly string[];
  /** Metric -> digests of its weights, of those that have some. */
  readonly versions: ReadonlyMap<string, string>;
  /** One sentence about those that cannot; undefined when there are none. */
  readonly missing: string | undefined;
}

/**
 * Looks for the weights of metrics.
 *
 * @throws {OptionError} When no metric has an id; the known ones are named.
 * @throws {FormatError} When a file of weights is not what its name says.
 */
export async function chooseMetrics(
  ids: readonly string[],
  weights: WeightFolder,
): Promise<MetricChoice> {
  const ready: string[] = [], versions = new Map<string, string>();
  const absent = new Map<string, string[]>();
  for (const id of new Set(ids)) {
    const { needs, asset } = metrics().get(id);
    const found = await Promise.all(needs.map((need) => weights.find(need)));
    if (found.includes(undefined)) {
      absent.set(asset, [...(absent.get(asset) ?? []), id]);
      continue;
    }
    ready.push(id);
    if (needs.length === 0) continue;
    const digests = await Promise.all(needs.map((need) => weights.version(need)));
    versions.set(id, digests.join(" "));
  }
  if (absent.size === 0) return { ready, versions, missing: undefined };
  const left = [...absent.values()].flat().join(", "), assets = [...absent.keys()].join(" ");
  const missing = `left out, for their weights are not here: ${left}; fetch them with ` +
    `"deno task assets ${assets}", or set SEMCAST_ASSETS to the folder that has them`;
  return { ready, versions, missing };
}
