/**
 * Whether a path leads to a file.
 *
 * @module
 */
import { DataError } from "../../core/errors.ts";

/**
 * Whether a path leads to a file, also through a link; false when it leads nowhere.
 *
 * @throws {DataError} When the question cannot be answered: no permission, a broken disk.
 */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    const why = error instanceof Error ? error.message : String(error);
    throw new DataError(`Cannot read "${path}": ${why}`, { cause: error });
  }
}
