/**
 * Writes the report of a run, and the figure of its pictures.
 *
 * @module
 */
import { writeWhole } from "../files.ts";
import { pictureGrid } from "../picture_grid.ts";
import { galleryOf } from "./gallery.ts";
import { reportHtml } from "./report.ts";
import type { Source } from "./results.ts";

/**
 * Writes `report.html`, and `pictures.svg` where pictures were kept.
 *
 * @returns The names of the files.
 * @throws {DataError} When a file cannot be written.
 */
export async function writeReport(folder: string, source: Source): Promise<string[]> {
  const gallery = await Array.fromAsync(galleryOf(source));
  const names: string[] = [];
  if (gallery.length > 0) {
    await writeWhole(`${folder}/pictures.svg`, pictureGrid(source.summary, gallery));
    names.push("pictures.svg");
  }
  await writeWhole(`${folder}/report.html`, await reportHtml(source, gallery));
  return [...names, "report.html"];
}
