/**
 * What the documents say, done: TypeScript blocks are loaded, shell commands are accepted.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { CodecPlugin } from "../core/codec.ts";
import { Registry } from "../core/registry.ts";
import { type Argument, type Manual, readArguments } from "../sim/cli/arguments.ts";
import { commandLineReference, commands as tasks } from "../sim/cli/docs.ts";
import { inFolder, merge, report, sim } from "./command.ts";

const ROOT = new URL("../", import.meta.url);
const FIRST_STEPS = "getting_started.md";

function* documents(): Iterable<{ name: string; text: string }> {
  const names = [...Deno.readDirSync(new URL("docs/", ROOT))].map(({ name }) => `docs/${name}`);
  for (const name of ["README.md", ...names.filter((one) => one.endsWith(".md")).sort()]) {
    yield { name, text: Deno.readTextFileSync(new URL(name, ROOT)) };
  }
}

function blocks(text: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm");
  return [...text.matchAll(fence)].map(([, body]) => body as string);
}

const codecs: string[] = [];
for (const { name, text } of documents()) {
  for (const [index, body] of blocks(text, "ts").entries()) {
    codecs.push(body);
    Deno.test(`${name}: TypeScript block ${index + 1} loads, and is a codec where it exports one`, async () => {
      const url = `data:application/typescript;base64,${btoa(body)}`;
      const { default: plugin } = await import(url) as { default?: CodecPlugin };
      if (plugin) new Registry<CodecPlugin>("codec").register(plugin);
    });
  }
}

/** The tasks that a document runs, as words and without their comments: the first is its name. */
function runs(text: string): string[][] {
  return blocks(text, "sh")
    .flatMap((body) => body.split("\n"))
    .map((line) => line.replace(/#.*$/, "").trim())
    .flatMap((line) => /^(?:npx -y deno@2\.9\.6|deno) task (.*)$/.exec(line)?.[1] ?? [])
    .map((line) => line.split(/\s+/));
}

/** The simulator's commands in a document. */
function commands(text: string): string[][] {
  return runs(text).filter(([task]) => task === "sim").map(([, ...args]) => args);
}

function withoutOut(args: readonly string[]): string[] {
  return args.filter((arg, at) => arg !== "--out" && args[at - 1] !== "--out");
}

Deno.test("what docs/many_machines.md does with shares gives a whole", () =>
  inFolder(async (folder) => {
    const text = Deno.readTextFileSync(new URL("docs/many_machines.md", ROOT));
    const block = blocks(text, "sh").find((body) => body.includes("task merge"));
    for (const line of block?.trim().split("\n") ?? []) {
      const [, task, ...args] = line.split(" ").slice(1);
      const moved = args.map((arg) => arg.startsWith("out/") ? `${folder}/${arg}` : arg);
      const { code, err } = await (task === "merge" ? merge : sim)([...moved, "--quiet"]);
      assertEquals([code, err], [0, ""], line);
    }
    assert(Deno.statSync(`${folder}/out/whole/table.md`).isFile);
  }));

Deno.test("the first steps lead where docs/getting_started.md says, with one picture", () =>
  inFolder(async (folder) => {
    const text = Deno.readTextFileSync(new URL(`docs/${FIRST_STEPS}`, ROOT));
    const moved = (word: string): string => word.startsWith("out/") ? `${folder}/${word}` : word;
    for (const [task, ...args] of runs(text)) {
      if (task === "assets" || args.includes("kodak")) continue; // data from elsewhere
      const command = task === "report" ? report : sim;
      const few = task === "sim" && !args.includes("--experiment") ? ["--images", "1"] : [];
      const { code, err } = await command([...args.map(moved), ...few]);
      assertEquals(code, 0, `${args.join(" ")}: ${err}`);
    }
    const table = Deno.readTextFileSync(`${folder}/out/first/table.md`);
    for (const title of ["JPEG + capacity", "DeepJSCC", "JPEG + LDPC"]) {
      assert(table.includes(title), table);
    }
  }));

Deno.test("docs/command_line.md is what the commands say of themselves", async () => {
  const page = Deno.readTextFileSync(new URL("docs/command_line.md", ROOT));
  assert(page === await commandLineReference(), "it is stale: run deno task docs");
});

Deno.test("every option of every command in the documents is one that the command has", async () => {
  const tables = new Map<string, readonly Argument[]>();
  for (const [task, path] of await tasks()) {
    const { manual } = await import(new URL(path, ROOT).href) as { manual(): Promise<Manual> };
    tables.set(task, (await manual()).options);
  }
  for (const { name, text } of documents()) {
    for (const [task, ...args] of runs(text)) {
      const table = tables.get(task as string);
      const options = args.slice(args.findIndex((arg) => arg.startsWith("-")));
      if (table && options[0]?.startsWith("-")) {
        try {
          readArguments(options, table, "help"); // takes words that stand alone: files, names
        } catch (error) {
          throw new Error(`${name}: deno task ${task}: ${(error as Error).message}`);
        }
      }
    }
  }
});

Deno.test("every link of a document leads to a file, and to a heading where it names one", () => {
  for (const { name, text } of documents()) {
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [file, heading] = target.split("#");
      const url = new URL(file === "" ? name : file as string, new URL(name, ROOT));
      assert(exists(url), `${name}: there is no ${target}`);
      if (heading === undefined) continue;
      const headings = [...Deno.readTextFileSync(url).matchAll(/^#+ (.*)$/gm)]
        .map(([, title = ""]) => title.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-"));
      assert(headings.includes(heading), `${name}: no heading for ${target}`);
    }
  }
});

function exists(url: URL): boolean {
  try {
    return Deno.statSync(url) !== null;
  } catch {
    return false;
  }
}

Deno.test("everything public is documented: deno doc --lint is clean", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", "mod.ts", "wasm/ldpc-ts/mod.ts"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
});

Deno.test("docs/write_a_codec.md: its commands work, one after the other", async () => {
  const text = Deno.readTextFileSync(new URL("docs/write_a_codec.md", ROOT));
  const folder = Deno.makeTempDirSync({ dir: ROOT.pathname, prefix: "docs_test_" }); // the import map's realm
  const name = folder.split("/").at(-1) as string;
  try {
    for (const line of blocks(text, "sh").flatMap((body) => body.trim().split("\n"))) {
      const words = line.replaceAll("codecs/", `${name}/`).replace("--in codecs", `--in ${name}`);
      const args = words.replace("out/first", `${name}/out`).split(" ").slice(1);
      const outcome = await new Deno.Command(Deno.execPath(), {
        args,
        cwd: ROOT,
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      assertEquals(outcome.code, 0, `${line}\n${new TextDecoder().decode(outcome.stderr)}`);
    }
    const table = Deno.readTextFileSync(`${folder}/out/table.md`);
    assert(table.includes("Phase thumbnail") && table.includes("BPG + LDPC"), table);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("the README's codec runs in a comparison as the README says", () =>
  inFolder(async (folder) => {
    const body = codecs.find((one) => one.includes("my-codec"));
    assert(body, "the README has a codec");
    await Deno.writeTextFile(`${folder}/my_codec.ts`, body);
    const { code, err } = await sim([
      ...["--plugin", `${folder}/my_codec.ts`, "--codecs", "my-codec", "--images", "1"],
      ...["--snr", "5", "--quiet", "--out", `${folder}/out`],
    ]);
    assertEquals([code, err], [0, ""]);
  }));

for (const { name, text } of documents()) {
  if (name === `docs/${FIRST_STEPS}`) continue; // run by the test above, one after the other
  for (const args of commands(text)) {
    if (args.includes("--plugin") || args.includes("kodak")) continue; // run by the test above; data
    Deno.test(`${name}: the options of "deno task sim ${args.join(" ")}" are accepted`, () =>
      inFolder(async (folder) => {
        // an output that cannot be made is the first thing refused after the options were read
        await Deno.writeTextFile(`${folder}/file`, "");
        const { code, err } = await sim([...withoutOut(args), "--out", `${folder}/file/out`]);
        assertEquals(code, 1, err);
        assert(err.includes("--out"), err);
      }));
  }
}
