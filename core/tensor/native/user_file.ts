/**
 * Files that a user of Deno names, as URLs that `fetch` takes.
 *
 * @module
 */

/** The URL of a path, relative ones from the working folder. */
export function userFileUrl(path: string): URL {
  const folder = Deno.cwd().split("/").map(encodeURIComponent).join("/");
  const relative = path.split(/[\\/]/).map(encodeURIComponent).join("/");
  return new URL(relative, `file://${folder}/`);
}
