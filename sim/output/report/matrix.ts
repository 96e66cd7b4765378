/**
 * Tables with a row a codec and a column an SNR: one number of every point, so that codecs stand
 * under each other and a line reads as a curve.
 *
 * @module
 */
import type { Point } from "../../summary.ts";
import { decimalsOf, distinct, fixed } from "../text.ts";
import type { Filling, Html } from "./html.ts";
import { cell, dataTable, shownNumber } from "./table.ts";

/** What a table says of one point. */
export interface MatrixCell {
  readonly point: Point;
  /** A whole `<td>`. */
  readonly html: Html;
}

/**
 * Lays out cells. Columns are the SNRs, or the CBRs where there is one SNR; all else that varies
 * makes groups of rows.
 */
export function matrixTable(
  { name, caption, cells, headOf = (label) => label }: {
    readonly name: string;
    readonly caption: Filling;
    readonly cells: readonly MatrixCell[];
    /** What stands before a codec's numbers; its label, if not said. */
    readonly headOf?: (label: string) => Filling;
  },
): Html {
  const points = cells.map(({ point }) => point);
  const columnOf = columnName(points);
  const columns = distinct(points.map(columnOf));
  const groupOf = groupName(points, columnOf);
  const groups = Map.groupBy(cells, ({ point }) => groupOf(point));
  return dataTable({
    name,
    caption,
    heads: [{ title: "Codec", isText: true }, ...columns.map((title) => ({ title }))],
    groups: [...groups].map(([head, own]) => ({
      head: groups.size > 1 ? head : "",
      rows: distinct(own.map(({ point }) => point.label)).map((label) => ({
        head: headOf(label),
        cells: columns.map((column) =>
          own.find(({ point }) => point.label === label && columnOf(point) === column)?.html ??
            cell("")
        ),
      })),
    })),
  });
}

function columnName(points: readonly Point[]): (point: Point) => string {
  const snrsDb = distinct(points.map(({ snrDb }) => snrDb));
  const cbrs = distinct(points.map(({ cbrTarget }) => cbrTarget));
  if (snrsDb.length === 1 && cbrs.length > 1) return ({ cbrTarget }) => `CBR ${cbrTarget}`;
  return ({ snrDb }) => decibels(snrDb, snrsDb);
}

function groupName(
  points: readonly Point[],
  columnOf: (point: Point) => string,
): (point: Point) => string {
  const channels = distinct(points.map(({ channel }) => channel));
  const cbrs = distinct(points.map(({ cbrTarget }) => cbrTarget));
  const assumed = points.some(({ snrDb, assumedSnrDb }) => snrDb !== assumedSnrDb);
  const all = points.map(({ assumedSnrDb }) => assumedSnrDb);
  const fixedSnrs = new Set(
    points.filter(({ snrDb, assumedSnrDb }) => snrDb !== assumedSnrDb)
      .map(({ assumedSnrDb }) => assumedSnrDb),
  );
  return (point) =>
    [
      ...channels.length > 1 ? [point.channel] : [],
      ...cbrs.length > 1 && !columnOf(point).startsWith("CBR") ? [`CBR ${point.cbrTarget}`] : [],
      ...assumed
        ? [
          fixedSnrs.has(point.assumedSnrDb)
            ? `SNR assumed ${decibels(point.assumedSnrDb, all)}`
            : "SNR known",
        ]
        : [],
    ].join(", ");
}

function decibels(value: number, among: readonly number[]): string {
  return `${shownNumber(fixed(value, decimalsOf(among)))} dB`;
}
