import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataError } from "../../core/errors.ts";
import { writeOutputs, writeWhole } from "./files.ts";
import { sampleSummary } from "./sample_summary.ts";

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("every output is written, and nothing else", () =>
  inFolder(async (folder) => {
    const summary = sampleSummary();
    const names = await writeOutputs(`${folder}/new/out`, summary);
    assertEquals(names, [
      "summary.json",
      "table.md",
      "table.tex",
      "table.csv",
      "psnr.vl.json",
      "psnr.svg",
      "lpips.vl.json",
      "lpips.svg",
    ]);
    assertEquals(filesIn(`${folder}/new/out`), names.toSorted());
    const text = await Deno.readTextFile(`${folder}/new/out/summary.json`);
    assertEquals(JSON.parse(text), summary);
    assert(text.startsWith('{\n  "command"') && text.endsWith("}\n"));
  }));

Deno.test("the same summary gives the same bytes in every file", () =>
  inFolder(async (folder) => {
    const names = await writeOutputs(`${folder}/a`, sampleSummary());
    await writeOutputs(`${folder}/b`, sampleSummary());
    for (const name of names) {
      const [a, b] = ["a", "b"].map((run) => Deno.readTextFileSync(`${folder}/${run}/${name}`));
      assertEquals(a, b, name);
    }
  }));

Deno.test("the written specification draws the written figure", () =>
  inFolder(async (folder) => {
    const { renderSvg } = await import("./svg.ts");
    await writeOutputs(folder, sampleSummary());
    const spec = JSON.parse(await Deno.readTextFile(`${folder}/psnr.vl.json`));
    assertEquals(await renderSvg(spec), await Deno.readTextFile(`${folder}/psnr.svg`));
  }));

Deno.test("the id of a metric cannot lead a file out of its folder", () =>
  inFolder(async (folder) => {
    const sample = sampleSummary();
    const metrics = sample.metrics.slice(0, 1).map((metric) => ({ ...metric, id: "../../x y" }));
    const names = await writeOutputs(`${folder}/out`, { ...sample, metrics });
    assertEquals(names.slice(-1), ["__.._x_y.svg"]);
    assertEquals(filesIn(folder), ["out"]);
  }));

Deno.test("a folder that is a file is refused by name", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/taken`, "");
    await assertRejects(
      () => writeOutputs(`${folder}/taken`, sampleSummary()),
      DataError,
      `Cannot write "${folder}/taken": `,
    );
  }));

Deno.test({
  name: "on a full disk the old file stays whole and no part is left",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/table.md`, "old");
      await Deno.symlink("/dev/full", `${folder}/.table.md.part`);
      await assertRejects(() => writeWhole(`${folder}/table.md`, "new"), DataError, "--out");
      assertEquals(await Deno.readTextFile(`${folder}/table.md`), "old");
      assertEquals(filesIn(folder), ["table.md"]);
    }),
});

Deno.test("what a killed run left half written is written over", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/.table.md.part`, "a longer text that was cut");
    await writeWhole(`${folder}/table.md`, "whole");
    assertEquals(await Deno.readTextFile(`${folder}/table.md`), "whole");
    assertEquals(filesIn(folder), ["table.md"]);
  }));
