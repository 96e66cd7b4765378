/**
 * Where downloaded data lies: pictures and weights that are not part of the project.
 *
 * @module
 */
import { join } from "node:path";
import { DataError } from "../../core/errors.ts";

/** Reads an environment variable; the process's own unless a test brings others. */
export type Environment = (name: string) => string | undefined;

/**
 * The folder of one kind of assets ("kodak", "weights"), which may not exist yet: below
 * `SEMCAST_ASSETS` where that is set, else below the user's cache folder.
 *
 * @throws {DataError} When the environment names no home either.
 */
export function assetFolder(
  kind: string,
  env: Environment = (name) => Deno.env.get(name),
  system: string = Deno.build.os,
): string {
  const chosen = env("SEMCAST_ASSETS");
  if (chosen) return join(chosen, kind);
  const home = env("HOME") ?? env("USERPROFILE");
  const cache = system === "windows"
    ? env("LOCALAPPDATA")
    : system === "darwin"
    ? home && join(home, "Library", "Caches")
    : env("XDG_CACHE_HOME") || (home && join(home, ".cache"));
  if (!cache) {
    throw new DataError(
      "no place for assets: set SEMCAST_ASSETS to a folder (the environment names no home)",
    );
  }
  return join(cache, "semcast", kind);
}
