/**
 * The training commands of docs/train.md: every one is accepted, one is run.
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder, writePhotographs } from "../../train/testing/photo_folder.ts";
import { loadPlugins } from "../plugins.ts";
import { readArguments } from "./arguments.ts";
import { ARGUMENTS } from "./train_arguments.ts";
import { readTrainingSettings } from "./train_settings.ts";

const ROOT = new URL("../../", import.meta.url);
const text = await Deno.readTextFile(new URL("docs/train.md", ROOT));

/** Command lines of the shell blocks that begin with `start`, as lists of words. */
function commands(start: string): string[][] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .flatMap(([, body]) => (body as string).split("\n"))
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length).trim().split(/\s+/));
}

for (const words of commands("deno task train")) {
  Deno.test(`docs/train.md: "deno task train ${words.join(" ")}" is accepted`, async () => {
    const given = readArguments(words, ARGUMENTS);
    if (given.has("list")) return;
    const { trainables } = await loadPlugins(given.get("plugin") ?? []);
    const { plugin } = trainables.get(given.get("codec")?.[0] ?? "deepjscc");
    const data = ["--data", "photos"];
    const former = readTrainingSettings(readArguments(data, ARGUMENTS), plugin);
    const settings = readTrainingSettings(given, plugin, given.has("resume") ? former : undefined);
    assertEquals([settings.codec, settings.data], [plugin.codec, "photos"]);
  });
}

Deno.test("docs/train.md: the smallest codec trains as it says, with fewer steps", () =>
  inFolder(async (folder) => {
    await writePhotographs(folder, 2);
    const words = commands("deno task train").find((line) => line.includes("tiny")) as string[];
    const changed = words.map((word) => word === "photos" ? folder : word === "200" ? "4" : word);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", "sim/cli/train.ts", ...changed],
        ...["--threads", "1", "--out", `${folder}/out`],
      ],
      cwd: ROOT,
      stdout: "null",
      stderr: "piped",
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  }));

Deno.test("docs/train.md: PyTorch's command has options that its trainer knows", async () => {
  const trainer = await Deno.readTextFile(new URL("train/torch/train.py", ROOT));
  for (const word of commands("python3 train/torch/train.py").flat()) {
    if (word.startsWith("--")) assert(trainer.includes(`"${word}"`), word);
  }
});
