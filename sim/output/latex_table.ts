/**
 * A summary as a LaTeX table in the style of booktabs.
 *
 * @module
 */
import type { Summary } from "../summary.ts";
import { type Cell, type Column, type Row, tableModel } from "./table_model.ts";
import { MISSING, printable } from "./text.ts";

/** A `table` environment to be read by `\input`; the document loads the package booktabs. */
export function latexTable(summary: Summary): string {
  const { caption, columns, rows, notes, remarks } = tableModel(summary);
  const below = [
    ...remarks.map(escapeLatex),
    ...notes.map((note, n) => `$^{${n + 1}}$~${escapeLatex(note)}`),
  ];
  return [
    "% Needs \\usepackage{booktabs}.",
    `% Made by: ${printable(summary.command)}`,
    "\\begin{table}",
    "  \\centering\\small\\setlength{\\tabcolsep}{4pt}",
    `  \\caption{${escapeLatex(caption)}}`,
    `  \\begin{tabular}{${columns.map(({ align }) => align === "right" ? "r" : "l").join("")}}`,
    "    \\toprule",
    `    ${columns.map(titleOf).join(" & ")} \\\\`,
    `    ${columns.map(({ unit }) => unit ? `(${escapeLatex(unit)})` : "").join(" & ")} \\\\`,
    "    \\midrule",
    ...rows.flatMap((row) => latexRow(row, columns)),
    "    \\bottomrule",
    "  \\end{tabular}",
    ...below.length > 0
      ? ["", "  \\smallskip", "  {\\footnotesize\\raggedright"].concat(
        below.map((text) => `    ${text}\\par`),
        "  }",
      )
      : [],
    "\\end{table}",
    "",
  ].join("\n");
}

/** Over the unit, which has a line of its own: a column is no wider than its numbers. */
function titleOf({ title, arrow }: Column): string {
  return escapeLatex(arrow ? `${title} ${arrow}` : title);
}

function latexRow({ cells, repeats, startsGroup }: Row, columns: readonly Column[]): string[] {
  const texts = cells.map((cell, column) =>
    column < repeats
      ? ""
      : columns[column]?.align === "right"
      ? latexNumber(cell)
      : escapeLatex(cell.text)
  );
  const line = `    ${texts.join(" & ")} \\\\`;
  return startsGroup ? ["    \\addlinespace", line] : [line];
}

/** A number in mathematics, where a minus is a minus. */
function latexNumber({ text, halfWidth, best }: Cell): string {
  if (text === MISSING) return "--";
  const value = text.replace("∞", "\\infty");
  const shown = best ? `\\mathbf{${value}}` : value;
  return `$${shown}${halfWidth === undefined ? "" : ` \\pm ${halfWidth}`}$`;
}

const COMMANDS: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "$": "\\$",
  "&": "\\&",
  "%": "\\%",
  "#": "\\#",
  "_": "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "''",
  "–": "--",
  "—": "---",
  "…": "\\dots{}",
  "±": "$\\pm$",
  "×": "$\\times$",
  "−": "$-$",
  "∞": "$\\infty$",
  "≤": "$\\leq$",
  "≥": "$\\geq$",
  "↑": "$\\uparrow$",
  "↓": "$\\downarrow$",
  "→": "$\\rightarrow$",
  "α": "$\\alpha$",
  "β": "$\\beta$",
  "η": "$\\eta$",
  "λ": "$\\lambda$",
  "σ": "$\\sigma$",
};

/** A reader sees the characters of `text`, whatever they mean to TeX. */
function escapeLatex(text: string): string {
  return Array.from(text, (character) => COMMANDS[character] ?? character).join("");
}
