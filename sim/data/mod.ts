/**
 * Sets of pictures: the scenes that are built in, the Kodak suite, or any folder.
 *
 * @module
 */
import { DataError, OptionError } from "../../core/errors.ts";
import { nearest } from "../../core/nearest.ts";
import { openBuiltin } from "./builtin.ts";
import type { DataSet } from "./data_set.ts";
import { openFolder } from "./folder.ts";
import { openKodak } from "./kodak.ts";

export type { DataSet, ImageSource } from "./data_set.ts";
export { decodeImageFile } from "./decode_image.ts";

const NAMED: Readonly<Record<string, () => DataSet | Promise<DataSet>>> = {
  builtin: openBuiltin,
  kodak: () => openKodak(),
};

/** Names that {@linkcode openDataSet} knows beside folders. */
export function dataSetNames(): string[] {
  return Object.keys(NAMED);
}

/**
 * Opens a data set. No picture is read yet.
 *
 * @param spec A known name, or the path of a folder; `./kodak` is a folder, `kodak` the suite.
 * @param limit Only the first so many pictures; all when there are fewer.
 * @throws {DataError} When there is no such set, or it is empty or incomplete.
 * @throws {OptionError} When the limit is not a positive integer.
 */
export async function openDataSet(spec: string, limit?: number): Promise<DataSet> {
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1)) {
    throw new OptionError(`--images: a positive integer; got "${limit}"`);
  }
  const { name, images } = await open(spec);
  return { name, images: images.slice(0, limit) };
}

async function open(spec: string): Promise<DataSet> {
  if (Object.hasOwn(NAMED, spec)) return await (NAMED[spec] as () => DataSet | Promise<DataSet>)();
  let found: Deno.FileInfo;
  try {
    found = await Deno.stat(spec);
  } catch (error) {
    const known = dataSetNames();
    throw new DataError(
      `unknown data set "${spec}"${nearest(spec, known)}; known: ${
        known.join(", ")
      }, or the path of a folder of pictures`,
      { cause: error },
    );
  }
  if (!found.isDirectory) {
    throw new DataError(`data set "${spec}" is a file; name the folder in which it lies`);
  }
  return await openFolder(spec);
}
