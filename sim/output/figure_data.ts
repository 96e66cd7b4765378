/**
 * What a figure of one metric shows: over what, in which panels, and which points make a line.
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { parseRatio } from "../../core/units.ts";
import type { MetricColumn, Point, Summary } from "../summary.ts";
import { decimalsOf, distinct, fixed, printable } from "./text.ts";

/** What varies along the axis: the SNR, else the CBR, else only the codec. */
export type Abscissa = "snr" | "cbr" | "codec";

/** One line of the figure: a codec, as designed for the true SNR or for a fixed one. */
export interface Series {
  /** Legend text. */
  readonly name: string;
  /** Which codec, in order of first appearance: its colour. */
  readonly codec: number;
  /** Which of the codec's lines: its dashes. */
  readonly variant: number;
}

/** One marker, as a row of the figure's data. */
export interface FigurePoint {
  readonly series: string;
  readonly variant: number;
  readonly channel: string;
  /** "CBR 1/48". */
  readonly cbrTarget: string;
  /** SNR in dB or CBR; absent where the codec is the abscissa. */
  readonly x?: number;
  /** null where no image has a value: the line is broken there. */
  readonly value: number | null;
  /** 95 % interval; null where it is not known. */
  readonly low: number | null;
  readonly high: number | null;
  /** Whether some transmission was an outage. */
  readonly outage: boolean;
}

/** All that a figure needs to know. */
export interface FigureData {
  readonly metric: MetricColumn;
  readonly abscissa: Abscissa;
  readonly series: readonly Series[];
  readonly points: readonly FigurePoint[];
  /** Channels that need a panel each. */
  readonly channels: readonly string[];
  /** CBRs that need a panel each, as "CBR 1/48"; none where the CBR is the abscissa. */
  readonly cbrTargets: readonly string[];
  /** Where the axis is marked: the SNRs that were run, or the CBRs as they were asked for. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** Fixed SNRs in dB that a codec was designed for while the true one varied. */
  readonly assumedSnrsDb: readonly number[];
  /** Conditions that all points share, for the title. */
  readonly conditions: readonly string[];
  /** Points without a finite mean because every image was lossless. */
  readonly lossless: number;
}

/**
 * Sorts the points of a summary into the lines and panels of one metric's figure.
 *
 * @throws {OptionError} When the summary has no such metric.
 */
export function figureData(summary: Summary, metricId: string): FigureData {
  const metric = summary.metrics.find(({ id }) => id === metricId);
  if (metric === undefined) {
    const known = summary.metrics.map(({ id }) => id).join(", ");
    throw new OptionError(`Figure: a metric of the summary (${known}); got "${metricId}"`);
  }
  const { points } = summary;
  const channels = distinct(points.map(({ channel }) => printable(channel)));
  const cbrTargets = distinct(points.map(({ cbrTarget }) => printable(cbrTarget)));
  const snrsDb = distinct(points.map(({ snrDb }) => snrDb)).sort((a, b) => a - b);
  const abscissa = snrsDb.length > 1 ? "snr" : cbrTargets.length > 1 ? "cbr" : "codec";
  const lines = linesOf(points);
  const assumedSnrsDb = distinct(lines.flatMap(({ assumedSnrDb }) => assumedSnrDb ?? []));
  return {
    metric,
    abscissa,
    series: lines.map(({ name, codec, variant }) => ({ name, codec, variant })),
    points: lines.flatMap((line) =>
      line.points.map((point) => figurePoint(point, line, metric.id, abscissa))
    ),
    channels,
    cbrTargets: abscissa === "cbr" ? [] : cbrTargets.map((target) => `CBR ${target}`),
    ticks: abscissa === "snr" ? snrTicks(snrsDb) : abscissa === "cbr" ? cbrTicks(cbrTargets) : [],
    assumedSnrsDb: assumedSnrsDb.sort((a, b) => a - b),
    conditions: [
      ...channels.length === 1 ? channels : [],
      ...cbrTargets.length === 1 ? [`CBR ${cbrTargets[0]}`] : [],
      ...snrsDb.length === 1 ? [`SNR ${decibels(snrsDb[0] as number)}`] : [],
      ...onlyAssumedSnr(lines),
    ],
    lossless: points.filter(({ metrics }) => {
      const { value = null, infinite = 0 } = metrics[metricId] ?? {};
      return value === null && infinite > 0;
    }).length,
  };
}

interface Line extends Series {
  readonly points: readonly Point[];
  /** Set where the line is of one assumed SNR while the true one differs somewhere. */
  readonly assumedSnrDb?: number;
}

/**
 * The lines of every codec. A codec that always knows the true SNR is one line. Each fixed assumed
 * SNR that differs from a true one is a line too; where it happens to equal the true SNR, that
 * point belongs to it.
 */
function linesOf(points: readonly Point[]): Line[] {
  const codecs = [...Map.groupBy(points, ({ label }) => printable(label)).entries()];
  const lines = codecs.flatMap(([label, own], codec): Line[] => {
    const fixedSnrs = distinct(
      own.filter(({ snrDb, assumedSnrDb }) => snrDb !== assumedSnrDb)
        .map(({ assumedSnrDb }) => assumedSnrDb),
    );
    const matched = own.filter(({ assumedSnrDb }) => !fixedSnrs.includes(assumedSnrDb));
    return [
      ...matched.length > 0 ? [{ name: label, codec, variant: 0, points: matched }] : [],
      ...fixedSnrs.map((assumedSnrDb, n) => ({
        name: label,
        codec,
        variant: n + (matched.length > 0 ? 1 : 0),
        points: own.filter((point) => point.assumedSnrDb === assumedSnrDb),
        assumedSnrDb,
      })),
    ];
  });
  if (distinct(lines.map(({ assumedSnrDb }) => assumedSnrDb)).length <= 1) return lines;
  return lines.map((line) => ({ ...line, name: `${line.name}, ${designOf(line)}` }));
}

function designOf({ assumedSnrDb }: Line): string {
  return assumedSnrDb === undefined ? "SNR known" : `SNR assumed ${decibels(assumedSnrDb)}`;
}

/** Said in the title when it holds for every line, else in the legend. */
function onlyAssumedSnr(lines: readonly Line[]): string[] {
  const [first, ...others] = distinct(lines.map(({ assumedSnrDb }) => assumedSnrDb));
  return first === undefined || others.length > 0 ? [] : [`SNR assumed ${decibels(first)}`];
}

function figurePoint(
  point: Point,
  { name, variant }: Series,
  metric: string,
  abscissa: Abscissa,
): FigurePoint {
  const { value = null, halfWidth = null } = point.metrics[metric] ?? {};
  const known = value !== null && halfWidth !== null;
  return {
    series: name,
    variant,
    channel: printable(point.channel),
    cbrTarget: `CBR ${printable(point.cbrTarget)}`,
    ...abscissa === "snr" ? { x: point.snrDb } : {},
    ...abscissa === "cbr" ? { x: point.cbr.value ?? parseRatio(point.cbrTarget, "CBR") } : {},
    value,
    low: known ? value - halfWidth : null,
    high: known ? value + halfWidth : null,
    outage: point.outageRate > 0,
  };
}

function snrTicks(snrsDb: readonly number[]): { at: number; label: string }[] {
  const digits = decimalsOf(snrsDb);
  return snrsDb.map((at) => ({ at, label: fixed(at, digits).replace("-", "−") }));
}

function cbrTicks(targets: readonly string[]): { at: number; label: string }[] {
  return targets.map((label) => ({ at: parseRatio(label, "CBR"), label }))
    .sort((a, b) => a.at - b.at);
}

function decibels(value: number): string {
  return `${fixed(value, decimalsOf([value])).replace("-", "−")} dB`;
}
