/**
 * `deno task report` and the report of `deno task sim`, as a user meets them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder, type Outcome, outcome, sim } from "./command.ts";

async function report(...args: string[]): Promise<Outcome> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "sim/cli/report.ts", ...args],
    cwd: new URL("../", import.meta.url),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  return outcome(await command.output());
}

function run(out: string, ...args: string[]): Promise<Outcome> {
  return sim([
    ...["--codecs", "jpeg-capacity", "raw-pam", "--plugin", "./tests/plugins/raw_pam.ts"],
    ...["--images", "3", "--snr", "1,13", "--cbr", "1/12", "--out", out, "--quiet", ...args],
  ]);
}

Deno.test("a run writes its report; the report is rebuilt to the same bytes, without any codec", () =>
  inFolder(async (folder) => {
    const { code, err } = await run(folder, "--pictures", "2");
    assertEquals([code, err], [0, ""]);
    const names = ["report.html", "pictures.svg"];
    const read = (): string[] => names.map((name) => Deno.readTextFileSync(`${folder}/${name}`));
    const first = read();
    for (const name of names) await Deno.remove(`${folder}/${name}`);
    const again = await report(folder);
    assertEquals([again.code, again.err], [0, ""]);
    assertEquals(read(), first);
    assertEquals(first[0]!.match(/<h3>(valley|facade|fruit)<\/h3>/g)?.length, 2);
  }));

Deno.test("pictures asked for later are computed, and nothing else changes", () =>
  inFolder(async (folder) => {
    await run(folder, "--pictures", "0");
    const html = (): string => Deno.readTextFileSync(`${folder}/report.html`);
    const table = Deno.readTextFileSync(`${folder}/table.csv`);
    assert(html().includes("No picture was kept"));
    await run(folder, "--pictures", "fruit");
    assert(html().includes("<h3>fruit</h3>") && !html().includes("<h3>valley</h3>"));
    assertEquals(Deno.readTextFileSync(`${folder}/table.csv`), table);
  }));

Deno.test("a folder without results, with damaged ones, or none at all is refused in words", () =>
  inFolder(async (folder) => {
    const refused = async (expected: string, ...args: string[]): Promise<void> => {
      const { code, out, err } = await report(...args);
      assert(code === 1 || code === 2, `${code}`);
      assertEquals(out, "");
      assert(err.startsWith("error: ") && err.includes(expected), err);
      assertEquals(err.trim().split("\n").length, 1, err);
    };
    await refused("holds no results", folder);
    await refused("holds no results", `${folder}/nowhere`);
    await refused("one folder", folder, folder);
    await refused("--picture", folder, "--picture");
    await run(folder, "--pictures", "1");
    const damage = async (name: string, text: string, expected: string): Promise<void> => {
      const path = `${folder}/${name}`, whole = await Deno.readFile(path);
      await Deno.writeTextFile(path, text);
      await refused(expected, folder);
      await Deno.writeFile(path, whole);
    };
    const summary = JSON.parse(await Deno.readTextFile(`${folder}/summary.json`));
    await damage("summary.json", "{", "it is not JSON");
    await damage("summary.json", "[]", "no summary");
    const [point] = summary.points;
    for (const broken of [{ ...point, trials: -1 }, { ...point, cbrTarget: "1/0" }, null]) {
      await damage("summary.json", JSON.stringify({ ...summary, points: [broken] }), "no summary");
    }
    await damage("experiment.json", '{"snrDb": "many"}', "experiment.json");
    await damage("experiment.json", '{"pictures": -1}', "experiment.json");
    await damage("results.sqlite", "not a store, but of some length at least", "not a store");
    await Deno.remove(`${folder}/results.sqlite`);
    await refused("no results.sqlite", folder);
  }));
