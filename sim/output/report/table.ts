/**
 * Tables of a report.
 *
 * @module
 */
import type { Point } from "../../summary.ts";
import { decimalsOf, fixed } from "../text.ts";
import { EMPTY, type Filling, type Html, markup } from "./html.ts";

/** A head of a column. */
export interface Head {
  readonly title: string;
  /** Below the title, small. */
  readonly below?: readonly string[];
  /** Texts stand left, numbers right. */
  readonly isText?: boolean;
}

/** A row: its head, then its cells, whole `<td>` elements. */
export interface TableRow {
  readonly head: Filling;
  readonly cells: readonly Html[];
}

/** Rows under a common head; the head is left out where it is "". */
export interface TableGroup {
  readonly head: string;
  readonly rows: readonly TableRow[];
}

/** A table that scrolls by itself where the page is too narrow, also by keyboard. */
export function dataTable(
  { name, caption, heads, groups }: {
    /** For those who cannot see it. */
    readonly name: string;
    readonly caption: Filling;
    /** That of the row heads first. */
    readonly heads: readonly Head[];
    readonly groups: readonly TableGroup[];
  },
): Html {
  return markup`<div class="scroll${
    heads[0]?.title === "Codec" ? " named" : ""
  }" role="region" aria-label="${name}" tabindex="0"><table>
<caption><div>${caption}</div></caption>
<thead><tr>${heads.map(headCell)}</tr></thead>
${groups.map((group) => body(group, heads.length))}</table></div>
`;
}

function headCell({ title, below = [], isText = false }: Head): Html {
  return markup`<th scope="col"${isText ? TEXT_CLASS : EMPTY}>${title}${
    below.map((line) => markup` <small>${line}</small>`)
  }</th>`;
}

const TEXT_CLASS = markup` class="text"`;

function body({ head, rows }: TableGroup, columns: number): Html {
  const title = head === ""
    ? EMPTY
    : markup`<tr><th scope="rowgroup" colspan="${columns}">${head}</th></tr>
`;
  return markup`<tbody>
${title}${
    rows.map((row) =>
      markup`<tr><th scope="row">${row.head}</th>${row.cells}</tr>
`
    )
  }</tbody>
`;
}

/** A cell; of classes "text", "best", ... */
export function cell(content: Filling, classes = ""): Html {
  return classes === ""
    ? markup`<td>${content}</td>`
    : markup`<td class="${classes}">${content}</td>`;
}

/** A number as it is set: with a minus that is one. */
export function shownNumber(text: string): string {
  return text.replace(/^-/, "−");
}

/** Rows by codec, for tables that say something of every point. */
export function groupsByCodec(
  points: readonly Point[],
  cells: (point: Point, index: number) => readonly Html[],
): { readonly heads: readonly Head[]; readonly groups: readonly TableGroup[] } {
  const place = placeOf(points);
  const groups = Map.groupBy(points.keys(), (index) => (points[index] as Point).label);
  return {
    heads: place.heads,
    groups: [...groups].map(([head, own]) => ({
      head,
      rows: own.map((index) => {
        const point = points[index] as Point;
        const [first = "", ...others] = place.texts(point);
        return {
          head: first,
          cells: [...others.map((text) => cell(text)), ...cells(point, index)],
        };
      }),
    })),
  };
}

/** What tells the points of a codec apart: the SNR, and what else varies. */
function placeOf(points: readonly Point[]): {
  readonly heads: readonly Head[];
  texts(point: Point): string[];
} {
  const varies = (value: (point: Point) => unknown): boolean => new Set(points.map(value)).size > 1;
  const channel = varies((point) => point.channel), cbr = varies((point) => point.cbrTarget);
  const assumed = points.some((point) => point.snrDb !== point.assumedSnrDb);
  const digits = decimalsOf(points.flatMap((point) => [point.snrDb, point.assumedSnrDb]));
  const decibels = (value: number): string => `${shownNumber(fixed(value, digits))} dB`;
  return {
    heads: [
      { title: "SNR", isText: true },
      ...assumed ? [{ title: "Assumed" }] : [],
      ...cbr ? [{ title: "CBR wanted" }] : [],
      ...channel ? [{ title: "Channel" }] : [],
    ],
    texts: (point) => [
      decibels(point.snrDb),
      ...assumed ? [decibels(point.assumedSnrDb)] : [],
      ...cbr ? [point.cbrTarget] : [],
      ...channel ? [point.channel] : [],
    ],
  };
}
