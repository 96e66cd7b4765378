/**
 * Any folder of PNG, JPEG and WebP files as a data set.
 *
 * Files count when their name ends in .png, .jpg, .jpeg or .webp (in any case) and does not begin
 * with a dot; everything else is passed over, folders inside too. The order is that of the code
 * points of the names, the same on every machine and in every language.
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import { DataError } from "../../core/errors.ts";
import type { DataSet } from "./data_set.ts";
import { ImageFile } from "./image_file.ts";
import { isFile } from "./is_file.ts";

const IMAGE_NAME = /^[^.].*\.(?:png|jpe?g|webp)$/i;

/**
 * The pictures of a folder.
 *
 * @throws {DataError} When it cannot be listed or holds no picture.
 */
export async function openFolder(folder: string): Promise<DataSet> {
  const names = (await list(folder)).filter((name) => IMAGE_NAME.test(name));
  const files = [];
  for (const name of names.sort(byCodePoint)) {
    const path = join(folder, name);
    if (await isFile(path)) files.push(new ImageFile(name, path));
  }
  if (files.length === 0) {
    throw new DataError(`"${folder}" holds no picture: PNG, JPEG and WebP files are read`);
  }
  return { name: basename(resolve(folder)) || folder, images: files };
}

/** Orders texts by their code points: sort() compares UTF-16 units, which differ above U+FFFF. */
export function byCodePoint(a: string, b: string): number {
  const left = Array.from(a, (letter) => letter.codePointAt(0) as number);
  const right = Array.from(b, (letter) => letter.codePointAt(0) as number);
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = (left[at] as number) - (right[at] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DataError(`Cannot list the folder "${folder}": ${why}`, { cause: error });
  }
}
