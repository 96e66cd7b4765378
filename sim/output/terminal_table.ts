/**
 * A summary for the terminal: aligned columns, no colours. A narrow terminal loses the columns
 * that matter least, and is told so.
 *
 * @module
 */
import type { Summary } from "../summary.ts";
import { type Cell, type Column, type TableModel, tableModel } from "./table_model.ts";

const GAP = "  ";
const NARROWEST_LABEL = 12;

/** The table in lines of at most `width` characters, where the labels and metrics allow it. */
export function terminalTable(summary: Summary, width: number): string {
  const model = tableModel(summary);
  const all = model.columns.map((column, n) => layOut(column, model, n));
  const shown = shortenLabels(dropColumns(all, width), width);
  const omitted = all.filter((column) => !shown.some(({ title }) => title === column.title))
    .map(({ title }) => title);
  const line = (n: number): string => shown.map((column) => column.lines[n]).join(GAP).trimEnd();
  const rule = "-".repeat(totalWidth(shown));
  const lines = [
    ...wrap(model.caption, width),
    "",
    ...HEAD_LINES.map(line),
    rule,
    ...model.rows.flatMap(({ startsGroup }, row) => [
      ...startsGroup ? [""] : [],
      line(row + HEAD_LINES.length),
    ]),
    rule,
    ...model.rows.some(({ cells }) => cells.some(({ best }) => best))
      ? ["* best of its channel, CBR and SNR"]
      : [],
    ...omitted.length > 0 ? wrap(`No room for: ${omitted.join(", ")}`, width) : [],
    ...model.remarks.flatMap((remark) => wrap(remark, width)),
    ...model.notes.flatMap((note, n) => wrap(`[${n + 1}] ${note}`, width, "    ")),
  ];
  return `${lines.join("\n")}\n`;
}

/** Head lines: title with arrow, then the unit. */
const HEAD_LINES = [0, 1];

interface LaidOutColumn {
  readonly title: string;
  readonly align: "left" | "right";
  readonly spare: number;
  /** Two head lines, then one a row, all of one width. */
  readonly lines: readonly string[];
}

function layOut(
  { title, unit, arrow, align, spare }: Column,
  model: TableModel,
  column: number,
): LaidOutColumn {
  const head = [arrow ? `${title} ${arrow}` : title, unit ? `(${unit})` : ""];
  const cells = model.rows.map(({ cells, repeats }) =>
    column < repeats ? { text: "" } : cells[column] as Cell
  );
  const body = align === "right" ? alignNumbers(cells) : cells.map(({ text }) => text);
  const lines = [...head, ...body];
  const width = Math.max(...lines.map(widthOf));
  return { title, align, spare, lines: lines.map((text) => pad(text, width, align)) };
}

/** "29.90 ± 0.41 *": values under values, half-widths under half-widths. */
function alignNumbers(cells: readonly Cell[]): string[] {
  const values = Math.max(...cells.map(({ text }) => widthOf(text)));
  const spreads = Math.max(...cells.map(({ halfWidth }) => widthOf(halfWidth ?? "")));
  const marked = cells.some(({ best }) => best);
  return cells.map(({ text, halfWidth, best }) =>
    pad(text, values, "right") +
    (spreads === 0 ? "" : `${halfWidth ? " ± " : "   "}${pad(halfWidth ?? "", spreads, "right")}`) +
    (marked ? best ? " *" : "  " : "")
  );
}

function dropColumns(columns: readonly LaidOutColumn[], width: number): LaidOutColumn[] {
  const kept = [...columns];
  while (totalWidth(kept) > width) {
    const most = Math.max(...kept.map(({ spare }) => spare));
    if (most <= 0) break;
    kept.splice(kept.findLastIndex(({ spare }) => spare === most), 1);
  }
  return kept;
}

/** Cuts the texts of the widest left-aligned columns, as far as they stay readable. */
function shortenLabels(columns: readonly LaidOutColumn[], width: number): LaidOutColumn[] {
  let excess = totalWidth(columns) - width;
  return columns.map((column) => {
    const own = widthOf(column.lines[0] ?? "");
    if (excess <= 0 || column.align !== "left" || own <= NARROWEST_LABEL) return column;
    const target = Math.max(NARROWEST_LABEL, own - excess);
    excess -= own - target;
    return { ...column, lines: column.lines.map((text) => cut(text, target)) };
  });
}

function cut(text: string, width: number): string {
  const characters = [...text.trimEnd()];
  return characters.length <= width
    ? pad(text.trimEnd(), width, "left")
    : `${characters.slice(0, width - 1).join("")}…`;
}

function totalWidth(columns: readonly LaidOutColumn[]): number {
  const widths = columns.map(({ lines }) => widthOf(lines[0] ?? ""));
  return widths.reduce((total, width) => total + width, GAP.length * (columns.length - 1));
}

function widthOf(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number, align: "left" | "right"): string {
  const gap = " ".repeat(Math.max(0, width - widthOf(text)));
  return align === "right" ? gap + text : text + gap;
}

/** Breaks a text at its spaces; lines after the first begin with `indent`. */
function wrap(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = indent + word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return [...lines, line];
}
