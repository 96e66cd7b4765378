/**
 * The main table of a report: what was reached, with intervals and the best value marked.
 *
 * @module
 */
import type { Point, Summary } from "../../summary.ts";
import { type Cell, type Column, type Row, tableModel } from "../table_model.ts";
import { EMPTY, type Html, markup } from "./html.ts";
import { conditionTexts } from "./scores.ts";
import { cell, dataTable, type Head, shownNumber } from "./table.ts";

/**
 * Codecs under each other, by condition, so that those stand together that are to be compared.
 * What the sections on cost say in full is left out here.
 */
export function resultsSection(summary: Summary): Html {
  const { points } = summary;
  const { caption, columns, rows, notes } = tableModel(summary);
  const firstMetric = columns.findIndex(({ arrow }) => arrow !== undefined);
  const kept = [...columns.keys()].filter((index) =>
    index >= firstMetric && columns[index]?.spare === 0
  );
  const text = conditionTexts(points);
  const groups = Map.groupBy(points.keys(), (index) => text(points[index] as Point));
  const table = dataTable({
    name: "Results",
    caption: `${caption} The best value under each condition is marked.`,
    heads: [
      { title: "Codec", isText: true },
      ...kept.map((index) => headOf(columns[index] as Column)),
    ],
    groups: [...groups].map(([head, own]) => ({
      head,
      rows: own.map((n) => ({
        head: points[n]?.label ?? "",
        cells: kept.map((index) => valueCell((rows[n] as Row).cells[index] as Cell)),
      })),
    })),
  });
  return markup`${table}${
    notes.length > 0
      ? markup`<h3>Notes</h3>
<ol>${notes.map((note) => markup`<li>${note}</li>`)}</ol>
`
      : EMPTY
  }`;
}

function headOf({ title, unit, arrow, align }: Column): Head {
  const direction = arrow === "↑" ? "higher is better" : "lower is better";
  return {
    title,
    below: [...unit ? [unit] : [], ...arrow ? [direction] : []],
    isText: align === "left",
  };
}

function valueCell({ text, halfWidth, best }: Cell): Html {
  const number = shownNumber(text);
  const value = best
    ? markup`<strong>${number}</strong><span class="hidden"> (best)</span>`
    : markup`${number}`;
  const interval = halfWidth === undefined ? EMPTY : markup` <small>± ${halfWidth}</small>`;
  return cell([value, interval], best ? "best" : "");
}
