/**
 * The tools that turn C and C++ into the .wasm files of this folder: Debian source packages pinned
 * by digest, Emscripten, and the provenance written beside every module.
 *
 * A part `wasm/<name>/` brings a `build.ts` that exports a {@link WasmBuild} as default;
 * `deno task wasm [name...]` runs it (see build.ts). Every command runs inside the part's scratch
 * folder and sees relative paths only, so that the same sources give the same bytes in any checkout.
 *
 * @module
 */
import { type SourcePackage, unpackDebianSource } from "./debian_source.ts";
import { sha256 } from "./digest.ts";
import { execute } from "./execute.ts";

export type { SourcePackage };

/** How one part of `wasm/` is built. The default export of `wasm/<name>/build.ts`. */
export interface WasmBuild {
  readonly name: string;
  run(folder: BuildFolder): Promise<void>;
}

/** A module to link. */
export interface ModuleRecipe {
  /** File name beside the build script: "dec.wasm". */
  readonly file: string;
  /** Objects that {@link BuildFolder.compile} returned. */
  readonly objects: readonly string[];
  /** C names of the functions to export. */
  readonly exports: readonly string[];
  /** Bytes; multiples of 64 KiB. Memory may grow only when `maximum` is above `initial`. */
  readonly memory: { readonly initial: number; readonly maximum: number; readonly stack: number };
  /** Flags beyond the ones above: optimisation level and the like. */
  readonly flags: readonly string[];
}

/** One set of sources to compile. */
export interface CompileRecipe {
  /** C or C++ files: absolute, or relative to the part's folder. */
  readonly sources: readonly string[];
  readonly flags: readonly string[];
  /** Folders whose files decide the objects (headers); absolute, or relative to the part's folder. */
  readonly headers?: readonly string[];
}

/** What a build used, kept as `<module>.json` beside the module. */
export interface Provenance {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** First line of each tool's `--version`. */
  readonly tools: Readonly<Record<string, string>>;
  /** Debian source packages: file name to sha256. */
  readonly packages: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Our own sources: path within the part to sha256. */
  readonly sources: Readonly<Record<string, string>>;
  readonly compile: readonly { readonly flags: string; readonly files: number }[];
  readonly link: string;
}

const ROOT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

/** Where builds keep sources and objects; ignored by git, safe to delete. */
export const BUILD_CACHE = Deno.env.get("SEMCAST_BUILD") ?? `${ROOT}/out/wasm`;

/** The folder and the tools of one part while it is built. */
export class BuildFolder {
  /** `wasm/<name>`: our sources, and where the modules go. */
  readonly source: string;
  /** Scratch space of this part. */
  readonly scratch: string;
  #packages: Record<string, Readonly<Record<string, string>>> = {};
  #sources: Record<string, string> = {};
  #compiled: { flags: string; files: number }[] = [];
  /** Modules that were linked, for the report of build.ts. */
  readonly outputs: Provenance[] = [];

  constructor(name: string, private readonly destination?: string) {
    this.source = `${ROOT}/wasm/${name}`;
    this.scratch = `${BUILD_CACHE}/${name}`;
  }

  /**
   * Fetches a Debian source package, checks it, unpacks it and applies Debian's patches and ours.
   *
   * @param patches Patch files (`-p1`) of this part.
   * @returns The folder of the patched tree.
   * @throws {CapabilityError} When no apt source of this machine carries the pinned files.
   */
  async debianSource(source: SourcePackage, patches: readonly string[] = []): Promise<string> {
    this.#packages[`${source.name} ${source.version}`] = source.files;
    const paths = patches.map((patch) => this.#resolve(patch));
    for (const path of paths) await this.#digest(path);
    const tree = `${this.scratch}/${source.name}`;
    await unpackDebianSource(source, { archives: `${BUILD_CACHE}/archives`, tree, patches: paths });
    return tree;
  }

  /**
   * Compiles with emcc, two files at a time. An object is kept as long as its flags, its compiler,
   * its source and all files of `headers` stay the same.
   *
   * @returns The objects, in the order of the sources.
   */
  async compile(recipe: CompileRecipe): Promise<string[]> {
    const { flags } = recipe;
    const headers = (recipe.headers ?? []).map((path) => this.#resolve(path));
    const shown = this.#relative(flags.join(" "));
    const salt = [shown, await emccVersion()];
    for (const file of headers.flatMap((folder) => [...headersBelow(folder)])) {
      salt.push(await this.#digest(file));
    }
    const objects = `${this.scratch}/objects`;
    await Deno.mkdir(objects, { recursive: true });
    this.#compiled.push({ flags: shown, files: recipe.sources.length });
    // __FILE__ must not carry this machine's folders into the module.
    const anonymous = [this.scratch, ROOT].map((folder) => `-ffile-prefix-map=${folder}=.`);
    const one = async (path: string): Promise<string> => {
      const file = this.#resolve(path);
      const inputs = [...salt, await this.#digest(file)].join("\n");
      const key = await sha256(new TextEncoder().encode(inputs));
      const stem = file.slice(file.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
      const object = `${objects}/${stem}-${key.slice(0, 16)}.o`;
      if (await exists(object)) return object;
      const fresh = `${object}.part.o`; // an interrupted compile leaves no object behind
      await emcc(this.scratch, [...flags, ...anonymous, "-c", file, "-o", fresh]);
      await Deno.rename(fresh, object);
      return object;
    };
    return inPairs(recipe.sources, one);
  }

  /** Links a standalone module, writes it and its provenance beside the build script. */
  async link(recipe: ModuleRecipe): Promise<void> {
    const { file, memory } = recipe;
    const flags = [
      ...recipe.flags,
      "-sSTANDALONE_WASM=1",
      "--no-entry",
      `-sALLOW_MEMORY_GROWTH=${memory.maximum > memory.initial ? 1 : 0}`,
      `-sINITIAL_MEMORY=${memory.initial}`,
      ...(memory.maximum > memory.initial ? [`-sMAXIMUM_MEMORY=${memory.maximum}`] : []),
      `-sTOTAL_STACK=${memory.stack}`,
      `-sEXPORTED_FUNCTIONS=${recipe.exports.map((name) => `_${name}`).join(",")}`,
    ];
    const built = `${this.scratch}/${file}`;
    await emcc(this.scratch, [...recipe.objects, ...flags, "-o", built]);
    await this.publish(built, {
      file,
      tools: { emcc: await emccVersion(), ...await backendVersions() },
      packages: this.#packages,
      sources: this.#sources,
      compile: this.#compiled,
      link: `emcc ${this.#relative(flags.join(" "))}`,
    });
    this.#compiled = [];
    this.#packages = {};
    this.#sources = {};
  }

  /** Compiles and links in one step: what a part with a few own sources needs. */
  async module(
    recipe: Omit<ModuleRecipe, "objects"> & { readonly sources: readonly string[] },
  ): Promise<void> {
    const { sources, flags } = recipe;
    const objects = await this.compile({ sources, flags, headers: ["."] });
    await this.link({ ...recipe, objects });
  }

  /** Writes a built module and its provenance beside the build script, whatever tools made it. */
  async publish(built: string, how: Omit<Provenance, "bytes" | "sha256">): Promise<void> {
    const bytes = await Deno.readFile(built);
    const { file, sources, ...rest } = how;
    const provenance: Provenance = {
      file,
      bytes: bytes.length,
      sha256: await sha256(bytes),
      tools: rest.tools,
      packages: rest.packages,
      sources: Object.fromEntries(Object.entries(sources).sort()),
      compile: rest.compile,
      link: rest.link,
    };
    const folder = this.destination ?? this.source;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeFile(`${folder}/${file}`, bytes);
    await Deno.writeTextFile(`${folder}/${file}.json`, `${JSON.stringify(provenance, null, 2)}\n`);
    this.outputs.push(provenance);
  }

  /** Digest of a source; ours are noted for the provenance. */
  async #digest(file: string): Promise<string> {
    const digest = await sha256(await Deno.readFile(file));
    if (file.startsWith(`${this.source}/`)) {
      this.#sources[file.slice(this.source.length + 1)] = digest;
    }
    return digest;
  }

  #resolve(path: string): string {
    return path.startsWith("/") ? path : `${this.source}/${path}`.replace(/\/\.$/, "");
  }

  /** Paths as any checkout would have them. */
  #relative(text: string): string {
    return text.replaceAll(BUILD_CACHE, "$BUILD").replaceAll(ROOT, ".");
  }
}

async function emcc(cwd: string, args: readonly string[]): Promise<void> {
  // Debian's emcc finds acorn only when told where Debian keeps node modules.
  const env = { NODE_PATH: Deno.env.get("NODE_PATH") ?? "/usr/share/nodejs" };
  await execute("emcc", args, { cwd, env });
}

let emccText: Promise<string> | undefined;
function emccVersion(): Promise<string> {
  emccText ??= execute("emcc", ["--version"]).then(firstLine);
  return emccText;
}

async function backendVersions(): Promise<Record<string, string>> {
  const version = async (tool: string): Promise<string> =>
    firstLine(await execute(tool, ["--version"]));
  return { clang: await version("clang"), "wasm-opt": await version("wasm-opt") };
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").trim();
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}

/** The C and C++ headers below a folder, in name order. */
function* headersBelow(folder: string): Generator<string> {
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* headersBelow(path);
    else if (/\.(h|hpp|inc)$/.test(entry.name)) yield path;
  }
}

/** Maps with two calls under way at a time: builds share the machine with others. */
async function inPairs<T, R>(items: readonly T[], one: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await one(items[index] as T);
    }
  };
  await Promise.all([lane(), lane()]);
  return results;
}
