/**
 * A summary as GitHub-flavoured Markdown that also reads well as plain text.
 *
 * @module
 */
import type { Summary } from "../summary.ts";
import { type Cell, headOf, tableModel } from "./table_model.ts";
import { printable } from "./text.ts";

/** The table with its caption, remarks and numbered notes. The best values are bold. */
export function markdownTable(summary: Summary): string {
  const { caption, columns, rows, notes, remarks } = tableModel(summary);
  const body = rows.map(({ cells, repeats }) =>
    cells.map((cell, column) => column < repeats ? "" : markdownCell(cell))
  );
  const lines = [columns.map((column) => escapeMarkdown(headOf(column))), ...body];
  const widths = columns.map((_, column) =>
    Math.max(4, ...lines.map((line) => widthOf(line[column] ?? "")))
  );
  const line = (cells: readonly string[]): string =>
    `| ${
      cells.map((cell, column) => {
        const gap = " ".repeat((widths[column] as number) - widthOf(cell));
        return columns[column]?.align === "right" ? gap + cell : cell + gap;
      }).join(" | ")
    } |`;
  const rule = columns.map(({ align }, column) => {
    const dashes = "-".repeat((widths[column] as number) - 1);
    return align === "right" ? `${dashes}:` : `${dashes}-`;
  });
  const table = [line(lines[0] ?? []), line(rule), ...lines.slice(1).map(line)].join("\n");
  return [
    escapeMarkdown(caption),
    table,
    ...remarks.length > 0
      ? [remarks.map((remark) => `- ${escapeMarkdown(remark)}`).join("\n")]
      : [],
    ...notes.length > 0
      ? [`Notes:\n\n${notes.map((note, n) => `${n + 1}. ${escapeMarkdown(note)}`).join("\n")}`]
      : [],
    `Made by ${codeSpan(summary.command)}`,
  ].join("\n\n") + "\n";
}

function markdownCell({ text, halfWidth, best }: Cell): string {
  const value = best ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text);
  return halfWidth === undefined ? value : `${value} ± ${halfWidth}`;
}

function widthOf(text: string): number {
  return [...text].length;
}

/** A reader sees the characters of `text`, whatever they mean to Markdown or HTML. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|~$&]/g, "\\$&");
}

/** A code span: its fence is longer than any run of backticks inside. */
function codeSpan(text: string): string {
  const inside = printable(text);
  const longest = Math.max(0, ...(inside.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const gap = longest > 0 ? " " : "";
  return `${fence}${gap}${inside}${gap}${fence}`;
}
