/**
 * What the documents say, done: TypeScript blocks are loaded, shell commands are accepted.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { CodecPlugin } from "../core/codec.ts";
import { Registry } from "../core/registry.ts";
import { inFolder, sim } from "./command.ts";

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
        const { code, err } = await sim([...args, "--out", `${folder}/file/out`]);
        assertEquals(code, 1, err);
        assert(err.includes("--out"), err);
      }));
  }
}
