/**
 * The main tables of a report: what was reached, with intervals and the best values marked.
 *
 * @module
 */
import type { MetricColumn, Summary } from "../../summary.ts";
import { type Cell, type TableModel, tableModel } from "../table_model.ts";
import { distinct } from "../text.ts";
import { EMPTY, type Html, markup } from "./html.ts";
import { matrixTable } from "./matrix.ts";
import { cell, shownNumber } from "./table.ts";

/** A table a metric, and the conditions of single points below. */
export function resultsSection(summary: Summary): Html {
  const model = tableModel(summary);
  const tables = summary.metrics.map((metric, n) => metricTable(summary, model, metric, n));
  const notes = model.notes.map((note) =>
    markup`<li>${note}</li>
`
  );
  // Those of the whole run stand on top of the page.
  const remarks = model.remarks.slice(0, model.remarks.length - summary.notes.length)
    .map((remark) =>
      markup`<li>${remark}</li>
`
    );
  return markup`<p>${model.caption} The best value under each condition is marked.</p>
<div class="beside">
${tables}</div>
${
    remarks.length > 0
      ? markup`<ul>
${remarks}</ul>
`
      : EMPTY
  }${
    notes.length > 0
      ? markup`<h3>Notes</h3>
<ol>
${notes}</ol>
`
      : EMPTY
  }`;
}

function metricTable(
  { points }: Summary,
  { columns, rows }: TableModel,
  { id, title, unit, better }: MetricColumn,
  metric: number,
): Html {
  const column = columns.findIndex(({ arrow }) => arrow !== undefined) + metric;
  const notesColumn = columns.findLastIndex((one) => one.title === "Notes" && one.align === "left");
  const notes = points.map((point, n) =>
    id in point.metrics ? rows[n]?.cells[notesColumn]?.text ?? "" : ""
  );
  const common = commonNotes(points.map(({ label }) => label), notes);
  return matrixTable({
    name: title,
    caption: [
      markup`<b>${title}</b>`,
      `${unit ? ` (${unit})` : ""}, ${better} is better`,
    ],
    cells: points.map((point, n) => ({
      point,
      html: valueCell(
        rows[n]?.cells[column] ?? { text: "" },
        common.has(point.label) ? "" : notes[n] ?? "",
      ),
    })),
    headOf: (label) => [label, noteMark(common.get(label) ?? "")],
  });
}

/** Notes that all points of a codec share stand with its name, and not with each number. */
function commonNotes(
  labels: readonly string[],
  notes: readonly string[],
): ReadonlyMap<string, string> {
  const perLabel = Map.groupBy(labels.keys(), (n) => labels[n] as string);
  return new Map(
    [...perLabel].flatMap(([label, own]) => {
      const [first = "", ...others] = distinct(own.map((n) => notes[n] ?? ""));
      return others.length === 0 ? [[label, first] as const] : [];
    }),
  );
}

/** In brackets: a raised number beside a number is a power. */
function noteMark(notes: string): Html {
  return notes === "" ? EMPTY : markup` <sup>[${notes}]</sup>`;
}

function valueCell({ text, halfWidth, best }: Cell, notes: string): Html {
  const number = shownNumber(text);
  return cell([
    best
      ? markup`<strong>${number}</strong><span class="hidden"> (best)</span>`
      : markup`${number}`,
    halfWidth === undefined ? EMPTY : markup` <small>± ${halfWidth}</small>`,
    noteMark(notes),
  ], best ? "best" : "");
}
