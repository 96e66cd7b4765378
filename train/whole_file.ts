/**
 * Files that are there whole or not at all.
 *
 * @module
 */
import { DataError } from "../core/errors.ts";

/**
 * Writes beside the file, then renames: a reader or a kill never meets half a file.
 *
 * @throws {DataError} When that is not possible; what was at `path` before is still there.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const part = `${path}.part`;
  try {
    await Deno.writeFile(part, bytes);
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    const why = error instanceof Error ? error.message : String(error);
    throw new DataError(`Cannot write "${path}": ${why}`, { cause: error });
  }
}

/** @throws {DataError} When the file cannot be read. */
export async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DataError(`Cannot read "${path}": ${why}`, { cause: error });
  }
}
