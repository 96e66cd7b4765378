/**
 * The tables of a summary: Markdown and LaTeX for people, CSV for programs, plain text for the
 * terminal.
 *
 * @module
 */
export { csvTable } from "./csv_table.ts";
export { latexTable } from "./latex_table.ts";
export { markdownTable } from "./markdown_table.ts";
export { terminalTable } from "./terminal_table.ts";
