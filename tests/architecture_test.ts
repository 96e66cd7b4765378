/**
 * Holds the floors of the house: an import goes down, never up and never sideways between codecs;
 * only the named places touch `Deno` or `node:`.
 *
 * @module
 */
import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** A part of the house: the paths that belong to it, and the parts that it may import. */
interface Part {
  readonly name: string;
  readonly paths: RegExp;
  readonly mayImport: readonly string[];
}

/** The first part whose paths match owns a file. */
const PARTS: readonly Part[] = [
  { name: "tensor", paths: /^core\/tensor\//, mayImport: ["contracts"] },
  {
    name: "codec",
    paths: /^(core\/cdm_jscc|baselines\/\w+)\//,
    mayImport: ["contracts", "tensor", "engine", "channel"],
  },
  { name: "contracts", paths: /^core\//, mayImport: [] },
  {
    name: "wasm build",
    paths: /^wasm\/([\w]+\.ts$|.*\bbuild\b|.*native)/,
    mayImport: ["contracts", "engine"],
  },
  { name: "engine", paths: /^wasm\//, mayImport: ["contracts", "wasm build"] },
  { name: "channel", paths: /^channels\//, mayImport: ["contracts", "engine"] },
  { name: "metric", paths: /^sim\/metrics\//, mayImport: ["contracts", "tensor", "engine"] },
  { name: "data", paths: /^sim\/data\//, mayImport: ["contracts", "engine"] },
  { name: "output", paths: /^sim\/output\//, mayImport: ["contracts", "sim"] },
  {
    name: "cli",
    paths: /^sim\/cli\//,
    mayImport: [
      "contracts",
      "tensor",
      "engine",
      "codec",
      "channel",
      "metric",
      "data",
      "output",
      "sim",
      "train",
    ],
  },
  {
    name: "sim",
    paths: /^sim\//,
    mayImport: ["contracts", "tensor", "codec", "channel", "metric", "data"],
  },
  {
    name: "train",
    paths: /^train\//,
    mayImport: ["contracts", "tensor", "engine", "codec", "channel", "metric", "data"],
  },
  {
    name: "playground",
    paths: /^playground\//,
    mayImport: [
      "contracts",
      "tensor",
      "engine",
      "codec",
      "channel",
      "metric",
      "data",
      "output",
      "sim",
    ],
  },
  {
    name: "public",
    paths: /^mod\.ts$/,
    mayImport: [
      "contracts",
      "tensor",
      "engine",
      "codec",
      "channel",
      "metric",
      "data",
      "output",
      "sim",
      "train",
    ],
  },
];

/** Places that may use `Deno` or `node:`; all else runs in a browser. */
const ON_THE_PLATFORM =
  /^(sim\/|train\/|core\/tensor\/native|tests\/)|^wasm\/([\w]+\.ts$|.*\bbuild\b|.*native|.*\/(testing|results)\/)/;

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function* sources(folder = ""): Iterable<SourceFile> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder || ".", ROOT))) {
    const path = folder + name;
    if (isDirectory) {
      if (!/^(\.git|node_modules|out|tests|docs|weights|std_shim|src)$/.test(name)) {
        yield* sources(`${path}/`);
      }
    } else if (/\.ts$/.test(name) && !/_(test|bench)\.ts$|^sample_/.test(name)) {
      const text = Deno.readTextFileSync(new URL(path, ROOT));
      yield { path, text, imports: importsOf(path, text) };
    }
  }
}

/** Relative imports of every form, as paths from the root. */
function importsOf(path: string, text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "");
  const found = code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}\/[^"]+\.ts)"/g);
  return [...found].map(([, specifier]) =>
    new URL(specifier as string, new URL(path, ROOT)).href.slice(ROOT.href.length)
  );
}

function partOf(path: string): Part | undefined {
  return PARTS.find(({ paths }) => paths.test(path));
}

const files = [...sources()];

Deno.test("every source file belongs to a part of the house", () => {
  assertEquals(files.filter(({ path }) => !partOf(path)).map(({ path }) => path), []);
});

Deno.test("an import goes down to a lower floor, or stays in its part", () => {
  const wrong: string[] = [];
  for (const { path, imports } of files) {
    const from = partOf(path);
    for (const target of imports) {
      const to = partOf(target);
      if (!from || !to || from === to || from.mayImport.includes(to.name)) continue;
      wrong.push(`${path} (${from.name}) imports ${target} (${to.name})`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("codecs and engines do not know each other", () => {
  const home = (path: string): string | undefined =>
    /^(baselines\/\w+|core\/cdm_jscc|wasm\/[\w-]+)\//.exec(path)?.[1];
  const wrong: string[] = [];
  for (const { path, imports } of files) {
    for (const target of imports) {
      const [from, to] = [home(path), home(target)];
      const sameFloor = from?.split("/")[0] === to?.split("/")[0];
      if (from && to && from !== to && sameFloor) wrong.push(`${path} imports ${target}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("no file imports itself by a detour", () => {
  const graph = new Map(files.map(({ path, imports }) => [path, imports]));
  const state = new Map<string, "open" | "done">();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      return;
    }
    state.set(path, "open");
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of graph.keys()) visit(path, []);
  assertEquals(cycles, []);
});

Deno.test("what a browser needs touches neither Deno nor node:", () => {
  const wrong = files.filter(({ path, text }) =>
    !ON_THE_PLATFORM.test(path) &&
    /\bDeno\.\w|from "node:|import\("node:/.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ""))
  );
  assertEquals(wrong.map(({ path }) => path), []);
});
