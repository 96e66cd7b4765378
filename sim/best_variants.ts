/**
 * Envelopes: where a codec's options stand for a choice made after the fact, the variant with the
 * best mean PSNR at each point stands for all, and the point says which one it was.
 *
 * @module
 */
import type { OptionValues } from "../core/options.ts";
import type { Point } from "./summary.ts";

/** A point, and the options that it shares with its rivals. */
export interface Candidate {
  readonly point: Point;
  readonly variantOf?: OptionValues;
}

/** Metric by which variants are chosen, as the literature does. */
const CRITERION = "psnr";

/** Leaves one candidate of each group of variants, in the place of the first. */
export function bestVariants<C extends Candidate>(candidates: readonly C[]): C[] {
  const best = new Map<string, C>();
  for (const [index, candidate] of candidates.entries()) {
    const key = candidate.variantOf ? groupKey(candidate) : String(index);
    const rival = best.get(key);
    if (!rival || quality(candidate.point) > quality(rival.point)) best.set(key, candidate);
  }
  return [...best.values()].map((candidate) => {
    const { point, variantOf } = candidate;
    if (!variantOf) return candidate;
    const notes = [...point.notes, choice(point, variantOf)];
    return {
      ...candidate,
      point: { ...point, options: variantOf, chosen: point.options, notes },
    };
  });
}

function groupKey({ point, variantOf }: Candidate): string {
  const { codec, channel, cbrTarget, snrDb, assumedSnrDb } = point;
  return JSON.stringify([codec, variantOf, channel, cbrTarget, snrDb, assumedSnrDb]);
}

function quality(point: Point): number {
  return point.metrics[CRITERION]?.value ?? -Infinity;
}

function choice({ options }: Point, variantOf: OptionValues): string {
  const chosen = Object.keys(options).filter((key) => options[key] !== variantOf[key]);
  const values = chosen.map((key) => `${key}=${options[key]}`).join(", ");
  return `chosen after the fact for the best mean PSNR: ${values}`;
}
