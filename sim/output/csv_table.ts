/**
 * A summary as CSV for other programs: every number in full precision, one row a point.
 *
 * Source: RFC 4180.
 *
 * @module
 */
import type { Estimate, Point, Summary } from "../summary.ts";

type Field = string | number | null | undefined;

/**
 * Columns are named in the first row; a value that does not exist is an empty field. Shares and
 * rates are from 0 to 1, not in percent.
 */
export function csvTable(summary: Summary): string {
  const metrics = summary.metrics.map(({ id }) => id);
  const head = [...POINT_FIELDS.map(([name]) => name), ...metrics.flatMap(estimateNames)];
  const rows = summary.points.map((point) => [
    ...POINT_FIELDS.map(([, field]) => field(point)),
    ...metrics.flatMap((id) => estimateFields(point.metrics[id])),
  ]);
  return [head, ...rows].map((fields) => `${fields.map(csvField).join(",")}\r\n`).join("");
}

const POINT_FIELDS: readonly (readonly [string, (point: Point) => Field])[] = [
  ["codec", (point) => point.codec],
  ["label", (point) => point.label],
  ["options", (point) => JSON.stringify(point.options)],
  ["version", (point) => point.version],
  ["channel", (point) => point.channel],
  ["snr_db", (point) => point.snrDb],
  ["assumed_snr_db", (point) => point.assumedSnrDb],
  ["cbr_target", (point) => point.cbrTarget],
  ["cbr", (point) => point.cbr.value],
  ["cbr_half_width", (point) => point.cbr.halfWidth],
  ["cbr_count", (point) => point.cbr.count],
  ["side_share", (point) => point.sideShare],
  ["outage_rate", (point) => point.outageRate],
  ["trials", (point) => point.trials],
  ["encode_ms", (point) => point.encodeMs],
  ["decode_ms", (point) => point.decodeMs],
  ["stopped", (point) => point.stopped],
  ["notes", (point) => point.notes.join("; ")],
];

function estimateNames(id: string): string[] {
  return [id, `${id}_half_width`, `${id}_count`, `${id}_infinite`];
}

function estimateFields(estimate: Estimate | undefined): Field[] {
  return [estimate?.value, estimate?.halfWidth, estimate?.count ?? 0, estimate?.infinite ?? 0];
}

function csvField(field: Field): string {
  const text = String(field ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
