/**
 * Measured points as text, CSV and JSON.
 *
 * @module
 */
import type { Point, StopReason, SweepOptions } from "./sweep.ts";
import type { Interval } from "./statistics.ts";

/** Everything that a result file holds. */
export interface SweepReport {
  /** What to type to get it again. */
  readonly command: string;
  readonly options: SweepOptions;
  readonly points: readonly Point[];
}

const HEADS = [
  "Eb/N0",
  "Es/N0",
  "blocks",
  "errors",
  "BLER",
  "95 %",
  "BER",
  "95 %",
  "uncoded",
  "iterations",
  "Mbit/s",
  "stopped",
];
const WIDTHS = [6, 6, 8, 7, 8, 16, 8, 16, 8, 10, 7, 0];

/** The heads of the columns of {@linkcode pointLine}. */
export const POINT_HEADS: string = columns(HEADS);

/** One point as a line of a table. */
export function pointLine(point: Point, options: SweepOptions): string {
  const { tally } = point;
  return columns([
    point.ebN0Db.toFixed(2),
    point.esN0Db.toFixed(2),
    String(tally.blocks),
    String(tally.blockErrors),
    rate(point.bler),
    interval(point.blerInterval),
    rate(point.ber),
    interval(point.berInterval),
    rate(point.channelBer),
    point.meanIterations.toFixed(2),
    point.megabitsPerSecond.toFixed(1),
    stopText(point.stopped, options),
  ]);
}

/** Why a point was done, in words. */
export function stopText(reason: StopReason, options: SweepOptions): string {
  switch (reason) {
    case "errors":
      return `${options.targetErrors ?? 100} block errors`;
    case "blocks":
      return `${options.maxBlocks ?? 100_000} blocks`;
    case "time":
      return `${options.maxSeconds} s, so it depends on this machine`;
  }
}

/** All points as CSV, RFC 4180, in full precision. */
export function sweepCsv({ options, points }: SweepReport): string {
  const head = "code,bits_per_symbol,ebn0_db,esn0_db,blocks,block_errors,bler,bler_low,bler_high," +
    "bit_errors,ber,ber_low,ber_high,channel_ber,undetected,mean_iterations,seconds,mbit_per_s,stopped";
  const rows = points.map((point) => [
    `"${options.code}"`,
    options.bitsPerSymbol,
    point.ebN0Db,
    point.esN0Db,
    point.tally.blocks,
    point.tally.blockErrors,
    point.bler,
    point.blerInterval.low,
    point.blerInterval.high,
    point.tally.bitErrors,
    point.ber,
    point.berInterval.low,
    point.berInterval.high,
    point.channelBer,
    point.tally.undetected,
    point.meanIterations,
    point.seconds,
    point.megabitsPerSecond,
    point.stopped,
  ]);
  return [head, ...rows.map((row) => row.join(","))].join("\r\n") + "\r\n";
}

/** The report as JSON. */
export function sweepJson(report: SweepReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

function columns(cells: readonly string[]): string {
  return cells.map((cell, i) => WIDTHS[i] === 0 ? cell : cell.padStart(WIDTHS[i] as number))
    .join("  ").trimEnd();
}

function rate(value: number): string {
  return value === 0 ? "0" : value.toExponential(2);
}

function interval({ low, high }: Interval): string {
  return `${low === 0 ? "0" : low.toExponential(1)} ${high.toExponential(1)}`;
}
