/**
 * Where the reference vectors of other implementations lie: the folder `SEMCAST_VECTORS`, by
 * default `../shared/vectors` beside the checkout. They are not part of the project; a test that
 * needs them skips, and says so, where they are absent.
 *
 * @module
 */

const ROOT = Deno.env.get("SEMCAST_VECTORS") ??
  new URL("../../shared/vectors", import.meta.url).pathname;

/** The folder of one kind of vectors ("bpg/good", "ldpc"), or undefined when it is not there. */
export function vectorFolder(kind: string): string | undefined {
  const folder = `${ROOT}/${kind}`;
  try {
    if (Deno.statSync(folder).isDirectory) return folder;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.log(`skipped: no vectors in ${folder} (set SEMCAST_VECTORS)`);
  return undefined;
}

/** The files of a folder of vectors whose names end in `suffix`, as full paths in name order. */
export function vectorFiles(folder: string, suffix: string): string[] {
  return [...Deno.readDirSync(folder)]
    .filter((entry) => entry.isFile && entry.name.endsWith(suffix))
    .map((entry) => `${folder}/${entry.name}`)
    .sort();
}
