/**
 * `deno task wasm [name...] [--check] [--fresh]`: builds the .wasm files from their sources.
 *
 * Without names every part that has a `build.ts` is built. `--check` builds into the cache and
 * compares with the committed modules instead of replacing them; `--fresh` forgets kept objects.
 *
 * @module
 */
import { OptionError } from "../core/errors.ts";
import { BUILD_CACHE, BuildFolder, type WasmBuild } from "./toolchain.ts";

const here = new URL(".", import.meta.url);

function knownParts(): string[] {
  return [...Deno.readDirSync(here)]
    .filter((entry) => entry.isDirectory && hasBuildScript(entry.name))
    .map((entry) => entry.name)
    .sort();
}

function hasBuildScript(part: string): boolean {
  try {
    return Deno.statSync(new URL(`${part}/build.ts`, here)).isFile;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}

/** Builds one part; with `check` the names of modules that differ from the committed ones. */
async function build(part: string, check: boolean): Promise<string[]> {
  const { default: recipe } = await import(`./${part}/build.ts`) as { default: WasmBuild };
  const folder = new BuildFolder(part, check ? `${BUILD_CACHE}/check/${part}` : undefined);
  await Deno.mkdir(folder.scratch, { recursive: true });
  await recipe.run(folder);
  const different: string[] = [];
  for (const { file, bytes, sha256 } of folder.outputs) {
    console.log(`${part}/${file}  ${bytes} bytes  sha256 ${sha256}`);
    const record = `${folder.source}/${file}.json`;
    if (check && JSON.parse(await Deno.readTextFile(record)).sha256 !== sha256) {
      different.push(`${part}/${file}`);
    }
  }
  return different;
}

async function main(args: readonly string[]): Promise<void> {
  const options = args.filter((arg) => arg.startsWith("--"));
  const names = args.filter((arg) => !arg.startsWith("--"));
  const known = knownParts();
  for (const option of options) {
    if (!["--check", "--fresh"].includes(option)) {
      throw new OptionError(`deno task wasm: --check or --fresh; got "${option}"`);
    }
  }
  for (const name of names) {
    if (!known.includes(name)) {
      throw new OptionError(`deno task wasm: one of ${known.join(", ")}; got "${name}"`);
    }
  }
  const different: string[] = [];
  for (const part of names.length > 0 ? names : known) {
    if (options.includes("--fresh")) await forgetObjects(part);
    different.push(...await build(part, options.includes("--check")));
  }
  if (different.length > 0) {
    console.error(`not the committed bytes: ${different.join(", ")}`);
    Deno.exitCode = 1;
  }
}

async function forgetObjects(part: string): Promise<void> {
  try {
    await Deno.remove(`${BUILD_CACHE}/${part}`, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exitCode = 1;
  }
}
