/**
 * What a table says, before it is Markdown, LaTeX or plain text: which columns there are, the cells
 * as texts, the best value of each comparison, and the numbered notes.
 *
 * Markup is the business of the writers: every text here is plain and printable.
 *
 * @module
 */
import type { Estimate, MetricColumn, Point, Summary } from "../summary.ts";
import { counted, decimalsOf, distinct, fixed, MISSING, printable } from "./text.ts";

/** One cell. */
export interface Cell {
  /** "29.90", "bpg-capacity", "–". */
  readonly text: string;
  /** Half-width of the 95 % interval, "0.41"; absent where there is none. */
  readonly halfWidth?: string;
  /** Best of its metric among the rows of one channel, CBR and SNR. */
  readonly best?: boolean;
}

/** One column. */
export interface Column {
  /** "PSNR". */
  readonly title: string;
  /** "dB"; absent for pure numbers and texts. */
  readonly unit?: string;
  /** Which way is better; absent where neither is. */
  readonly arrow?: "↑" | "↓";
  readonly align: "left" | "right";
  /** What a narrow terminal can do without: 0 always shown, the highest goes first. */
  readonly spare: number;
}

/** One point of the summary. */
export interface Row {
  readonly cells: readonly Cell[];
  /** How many leading cells repeat those of the row above (channel, CBR, codec). */
  readonly repeats: number;
  /** First row of a codec (or of a channel or CBR), other than the first row of all. */
  readonly startsGroup: boolean;
}

/** The whole table. */
export interface TableModel {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Conditions of single rows; note 1 is the first. Rows name them in their last cell. */
  readonly notes: readonly string[];
  /** What holds for the whole run: what failed or is missing. */
  readonly remarks: readonly string[];
}

/** "PSNR (dB) ↑". */
export function headOf({ title, unit, arrow }: Column): string {
  return `${title}${unit ? ` (${unit})` : ""}${arrow ? ` ${arrow}` : ""}`;
}

interface ColumnOfPoints extends Column {
  cell(point: Point): Cell;
}

/** Lays out a summary. Rows stay in the order of its points. */
export function tableModel(summary: Summary): TableModel {
  const notes = numberNotes(summary);
  const groups = groupColumns(summary);
  const columns = [
    ...groups,
    ...snrColumns(summary),
    ...summary.metrics.map((metric) => metricColumn(metric, summary.points)),
    ...resourceColumns(summary),
    ...noteColumns(notes),
  ];
  return {
    caption: caption(summary),
    columns,
    rows: rows(summary.points, columns, groups.length),
    notes: [...notes.numbers.keys()],
    remarks: [...metricRemarks(summary), ...summary.notes].map(printable),
  };
}

/** What a number of a metric rests on: its network, and for sets how many patches there were. */
function metricRemarks({ metrics, points }: Summary): string[] {
  return metrics.flatMap(({ id, title, note }) => {
    if (!note) return [];
    const rows = distinct(points.flatMap(({ metrics }) => metrics[id]?.rows ?? []));
    return [`${title}: ${[...rows].map((count) => `${count} `).join("or ")}${note}`];
  });
}

/** One sentence that a reader needs above every number. */
function caption(summary: Summary): string {
  const { data, points, seed } = summary;
  const channels = distinct(points.map((point) => printable(point.channel)));
  const targets = distinct(points.map((point) => printable(point.cbrTarget)));
  const trials = distinct(points.map((point) => point.trials));
  const conditions = [
    `${printable(data.name)}, ${counted(data.images, "image")}`,
    ...channels.length === 1 ? [`channel ${channels[0]}`] : [],
    ...targets.length === 1 ? [`CBR ${targets[0]}`] : [],
    ...trials.length === 1 ? [`${counted(trials[0] as number, "trial")} per image`] : [],
    `seed ${seed}`,
  ];
  return `${conditions.join("; ")}. Mean over images ± half-width of its 95 % confidence interval.`;
}

function rows(
  points: readonly Point[],
  columns: readonly ColumnOfPoints[],
  groupColumns: number,
): Row[] {
  const cells = points.map((point) => columns.map((column) => column.cell(point)));
  const repeats = cells.map((row, n) => {
    const above = cells[n - 1];
    const change = row.findIndex(({ text }, column) => text !== above?.[column]?.text);
    return change < 0 ? groupColumns : Math.min(change, groupColumns);
  });
  // Where every codec has one row, the next outer column makes the groups.
  const depth = repeats.includes(groupColumns) ? groupColumns : groupColumns - 1;
  return cells.map((row, n) => ({
    cells: row,
    repeats: repeats[n] as number,
    startsGroup: n > 0 && (repeats[n] as number) < depth,
  }));
}

/** The columns by which rows are grouped, outermost first. */
function groupColumns({ points }: Summary): ColumnOfPoints[] {
  const left = (title: string, text: (point: Point) => string): ColumnOfPoints => ({
    title,
    align: "left",
    spare: 0,
    cell: (point) => ({ text: printable(text(point)) || MISSING }),
  });
  const several = (text: (point: Point) => string): boolean =>
    distinct(points.map(text)).length > 1;
  return [
    ...several((point) => point.channel) ? [left("Channel", (point) => point.channel)] : [],
    ...several((point) => point.cbrTarget) ? [left("CBR wanted", (point) => point.cbrTarget)] : [],
    left("Codec", (point) => point.label),
  ];
}

function snrColumns({ points }: Summary): ColumnOfPoints[] {
  const mismatch = points.some((point) => point.snrDb !== point.assumedSnrDb);
  const digits = decimalsOf(points.flatMap((point) => [point.snrDb, point.assumedSnrDb]));
  const snr = (title: string, value: (point: Point) => number): ColumnOfPoints => ({
    title,
    unit: "dB",
    align: "right",
    spare: 0,
    cell: (point) => ({ text: fixed(value(point), digits) }),
  });
  return [
    ...mismatch ? [snr("Assumed SNR", (point) => point.assumedSnrDb)] : [],
    snr("SNR", (point) => point.snrDb),
  ];
}

function metricColumn(metric: MetricColumn, points: readonly Point[]): ColumnOfPoints {
  const best = bestPoints(metric, points);
  return {
    title: printable(metric.title),
    unit: printable(metric.unit),
    arrow: metric.better === "higher" ? "↑" : "↓",
    align: "right",
    spare: 0,
    cell: (point) => ({
      ...estimateCell(point.metrics[metric.id], metric.digits),
      ...(best.has(point) ? { best: true } : {}),
    }),
  };
}

/**
 * The best of every channel, CBR and SNR, where there are at least two to compare. What is equal
 * as printed is equally good: the reader could not tell why one was preferred.
 */
function bestPoints(metric: MetricColumn, points: readonly Point[]): Set<Point> {
  const sign = metric.better === "higher" ? 1 : -1;
  const score = (point: Point): number => {
    const { value = null, infinite = 0 } = point.metrics[metric.id] ?? {};
    if (value === null) return infinite > 0 ? Infinity : NaN;
    return sign * Number(fixed(value, metric.digits));
  };
  const compared = Map.groupBy(
    points.filter((point) => !Number.isNaN(score(point))),
    (point) => JSON.stringify([point.channel, point.cbrTarget, point.snrDb]),
  );
  return new Set(
    [...compared.values()].filter((group) => group.length > 1).flatMap((group) => {
      const highest = Math.max(...group.map(score));
      return group.filter((point) => score(point) === highest);
    }),
  );
}

function estimateCell(estimate: Estimate | undefined, digits: number): Cell {
  if (estimate === undefined) return { text: MISSING };
  const { value, halfWidth, infinite = 0 } = estimate;
  if (value === null) return { text: infinite > 0 ? "∞" : MISSING };
  const text = fixed(value, digits);
  return halfWidth === null ? { text } : { text, halfWidth: fixed(halfWidth, digits) };
}

/** What a result cost: channel uses, side information, outages, time. */
function resourceColumns({ points }: Summary): ColumnOfPoints[] {
  const outages = points.some((point) => point.outageRate > 0);
  const severalTrials = distinct(points.map((point) => point.trials)).length > 1;
  return [
    cbrColumn(points),
    numbers("Side info", "%", 3, (point) => percent(point.sideShare)),
    numbers("Outage", "%", outages ? 0 : 3, (point) => percent(point.outageRate)),
    ...severalTrials ? [numbers("Trials", "", 3, (point) => fixed(point.trials, 0))] : [],
    timeColumn("Encode", 4, points, (point) => point.encodeMs),
    timeColumn("Decode", 5, points, (point) => point.decodeMs),
  ];
}

function numbers(
  title: string,
  unit: string,
  spare: number,
  text: (point: Point) => string,
): ColumnOfPoints {
  return { title, unit, align: "right", spare, cell: (point) => ({ text: text(point) }) };
}

/** Four significant digits of the smallest CBR, for all rows alike. */
function cbrColumn(points: readonly Point[]): ColumnOfPoints {
  const used = points.map(({ cbr }) => cbr.value ?? 1).filter((cbr) => cbr > 0);
  const digits = Math.min(8, Math.max(3, 3 - Math.floor(Math.log10(Math.min(1, ...used)))));
  return {
    ...numbers("CBR", "", 2, () => ""),
    cell: ({ cbr }) => rateCell(cbr, digits),
  };
}

/** The half-width of a rate is shown where it is one: most codecs use the same CBR for any image. */
function rateCell(estimate: Estimate, digits: number): Cell {
  const cell = estimateCell(estimate, digits);
  return Number(cell.halfWidth) > 0 ? cell : { text: cell.text };
}

function percent(share: number): string {
  const text = fixed(100 * share, 1);
  return share > 0 && Number(text) === 0 ? "<0.1" : text;
}

function timeColumn(
  title: string,
  spare: number,
  points: readonly Point[],
  time: (point: Point) => number | null,
): ColumnOfPoints {
  const digits = points.some((point) => (time(point) ?? 100) < 100) ? 1 : 0;
  return numbers(title, "ms", spare, (point) => fixed(time(point) ?? NaN, digits));
}

interface NumberedNotes {
  /** Note -> its number, in order of first appearance. */
  readonly numbers: ReadonlyMap<string, number>;
  of(point: Point): string[];
}

function numberNotes(summary: Summary): NumberedNotes {
  const numbers = new Map<string, number>();
  const stops = distinct(summary.points.map((point) => point.stopped));
  const of = (point: Point): string[] => {
    const stopped = stops.length > 1 && point.stopped ? [`Stopped: ${point.stopped}`] : [];
    return [...point.notes, ...metricNotes(summary, point), ...stopped].map(printable);
  };
  for (const note of summary.points.flatMap(of)) {
    if (!numbers.has(note)) numbers.set(note, numbers.size + 1);
  }
  return { numbers, of };
}

/** What a mean does not say: the images that are not in it. */
function metricNotes({ metrics }: Summary, point: Point): string[] {
  const judged = point.cbr.count;
  return metrics.flatMap(({ id, title }) => {
    const { count = 0, infinite = 0 } = point.metrics[id] ?? {};
    const missing = judged - count - infinite;
    return [
      ...infinite > 0
        ? [`${title}: ${counted(infinite, "lossless image")} (infinite), left out of the mean`]
        : [],
      ...missing > 0 && count + infinite > 0
        ? [`${title}: ${counted(missing, "image")} of ${judged} without a value`]
        : [],
    ];
  });
}

function noteColumns(notes: NumberedNotes): ColumnOfPoints[] {
  if (notes.numbers.size === 0) return [];
  return [{
    title: "Notes",
    align: "left",
    spare: 0,
    cell: (point) => ({
      text: distinct(notes.of(point).map((note) => notes.numbers.get(note) as number))
        .sort((a, b) => a - b).join(", "),
    }),
  }];
}
