/**
 * What the documents say, done: TypeScript blocks are loaded, shell commands are accepted.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { CodecPlugin } from "../core/codec.ts";
import { Registry } from "../core/registry.ts";
import { inFolder, merge, sim } from "./command.ts";

const ROOT = new URL("../", import.meta.url);

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

/** The simulator's commands in a document, without their comments. */
function commands(text: string): string[][] {
  return blocks(text, "sh")
    .flatMap((body) => body.split("\n"))
    .map((line) => line.replace(/#.*$/, "").trim())
    .filter((line) => /^(npx -y deno@2\.9\.6|deno) task sim\b/.test(line))
    .map((line) => line.replace(/^.*task sim/, "").trim().split(/\s+/).filter(Boolean));
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
