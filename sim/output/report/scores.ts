/**
 * What stands below a reconstruction.
 *
 * @module
 */
import type { Condition } from "../../pictures/plan.ts";
import type { MetricColumn } from "../../summary.ts";
import type { UnitResult } from "../../unit.ts";
import { decimalsOf, distinct, fixed } from "../text.ts";
import type { Tile } from "./gallery.ts";
import { shownNumber } from "./table.ts";

/** Says conditions apart: "SNR 7 dB", with the CBR and the channel where these vary. */
export function conditionTexts(all: readonly Condition[]): (condition: Condition) => string {
  const varies = (value: (condition: Condition) => string): boolean =>
    distinct(all.map(value)).length > 1;
  const cbr = varies(({ cbrTarget }) => cbrTarget), channel = varies((one) => one.channel);
  return (condition) =>
    [
      snrText(condition),
      ...cbr ? [`CBR ${condition.cbrTarget}`] : [],
      ...channel ? [condition.channel] : [],
    ].join(", ");
}

/** "SNR 7 dB, CBR 1/48, awgn". */
export function conditionText(condition: Condition): string {
  return `${snrText(condition)}, CBR ${condition.cbrTarget}, ${condition.channel}`;
}

function snrText({ snrDb, assumedSnrDb }: Condition): string {
  const decibels = (value: number): string =>
    `${shownNumber(fixed(value, decimalsOf([value])))} dB`;
  const assumed = assumedSnrDb === snrDb ? "" : ` (${decibels(assumedSnrDb)} assumed)`;
  return `SNR ${decibels(snrDb)}${assumed}`;
}

/** One score. */
export interface Score {
  /** Of the metric. */
  readonly id: string;
  /** "PSNR 26.34 dB". */
  readonly text: string;
}

/** The scores of one transmission; a metric of sets has none. */
export function scoresOf({ metrics }: UnitResult, columns: readonly MetricColumn[]): Score[] {
  return columns.flatMap(({ id, title, unit, digits }) => {
    const value = metrics[id];
    if (value === undefined || Number.isNaN(value)) return [];
    return [{ id, text: `${title} ${shownNumber(fixed(value, digits))}${unit && ` ${unit}`}` }];
  });
}

/** "metric label" of the best of every metric in a row of at least two. */
export function bestTiles(tiles: readonly Tile[], columns: readonly MetricColumn[]): Set<string> {
  const best = new Set<string>();
  for (const { id, better, digits } of columns) {
    const sign = better === "higher" ? 1 : -1;
    const scored = tiles.flatMap(({ label, unit }) => {
      const value = unit.metrics[id];
      if (value === undefined || Number.isNaN(value)) return [];
      return [{
        label,
        score: sign * (Number.isFinite(value) ? Number(fixed(value, digits)) : value),
      }];
    });
    if (scored.length < 2) continue;
    const highest = Math.max(...scored.map(({ score }) => score));
    for (const { label, score } of scored) if (score === highest) best.add(`${id} ${label}`);
  }
  return best;
}

/** Tiles in the order of the codecs. */
export function inOrder(tiles: readonly Tile[], labels: readonly string[]): Tile[] {
  return tiles.toSorted((a, b) => labels.indexOf(a.label) - labels.indexOf(b.label));
}
