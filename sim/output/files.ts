/**
 * The files of a run that are pure functions of its summary. (The store and the experiment are
 * written while it runs.)
 *
 * @module
 */
import { DataError } from "../../core/errors.ts";
import type { Summary } from "../summary.ts";
import { figureSpec } from "./figure.ts";
import { renderSvg } from "./svg.ts";
import { csvTable, latexTable, markdownTable } from "./table.ts";

/**
 * Writes `summary.json`, `table.md`, `table.tex`, `table.csv`, and for each metric `<id>.svg` with
 * its specification `<id>.vl.json`. A file is there whole or not at all: a reader, or a run that is
 * killed, never meets half of one.
 *
 * @param folder Made when it is not there.
 * @returns The names of the files, in the order written.
 * @throws {DataError} When a file cannot be written; the others stay.
 */
export async function writeOutputs(folder: string, summary: Summary): Promise<string[]> {
  await makeFolder(folder);
  const names: string[] = [];
  const write = async (name: string, text: string): Promise<void> => {
    await writeWhole(`${folder}/${name}`, text);
    names.push(name);
  };
  await write("summary.json", json(summary));
  await write("table.md", markdownTable(summary));
  await write("table.tex", latexTable(summary));
  await write("table.csv", csvTable(summary));
  for (const { id } of summary.metrics) {
    const spec = figureSpec(summary, id);
    await write(`${fileName(id)}.vl.json`, json(spec));
    await write(`${fileName(id)}.svg`, await renderSvg(spec));
  }
  return names;
}

/**
 * Writes a text beside its place and moves it there.
 *
 * @throws {DataError} When that is not possible; what was at `path` before is still there.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const slash = path.lastIndexOf("/") + 1;
  // One name for all attempts, so that what a killed run left is written over by the next.
  const part = `${path.slice(0, slash)}.${path.slice(slash)}.part`;
  try {
    await Deno.writeTextFile(part, text);
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    throw unwritable(path, error);
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw unwritable(folder, error);
  }
}

function unwritable(path: string, cause: unknown): DataError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DataError(
    `Cannot write "${path}": ${reason}; give another folder with --out, or make room or rights`,
    { cause },
  );
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** A metric of a plugin may have any id; a file stays in its folder. */
function fileName(id: string): string {
  return id.replace(/[^\w.-]/g, "_").replace(/^\.+/, "_");
}
