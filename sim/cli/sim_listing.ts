/**
 * What `deno task sim --list` prints: every codec, channel and metric with its options.
 *
 * @module
 */
import { metrics } from "../metrics/mod.ts";
import type { Plugins } from "../plugins.ts";
import { describeOptions } from "./sim_arguments.ts";

/** All plugins of a run, with the reference and the options of each. */
export function listing({ codecs, channels }: Plugins): string {
  const lines = ["Codecs"];
  for (const { id, title, reference, options } of codecs) {
    lines.push(`  ${id}  ${title}`, `      ${reference}`, ...describeOptions({ ...options }));
  }
  lines.push("", "Channels");
  for (const { id, title, reference, options } of channels) {
    lines.push(`  ${id}  ${title}`, `      ${reference}`, ...describeOptions({ ...options }));
  }
  lines.push("", "Metrics");
  for (const { id, info, needs, asset } of metrics()) {
    const { title, unit, better, reference } = info;
    const weights = needs.map((need) => need.title).join(" and ");
    lines.push(
      `  ${id}  ${title}${unit ? ` in ${unit}` : ""}, ${better} is better`,
      `      ${reference}`,
      ...weights ? [`      needs the weights of ${weights}: deno task assets ${asset}`] : [],
    );
  }
  return lines.join("\n");
}
