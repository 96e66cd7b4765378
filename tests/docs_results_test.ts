/**
 * docs/results.md, held against a run: what it names is there, and what is there it names.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { inFolder, sim } from "./command.ts";

const page = await Deno.readTextFile(new URL("../docs/results.md", import.meta.url));

/** The rows of the tables below a heading: the name, and what is said of it. */
function rows(heading: string): [name: string, text: string][] {
  const section = page.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^\| `([^`]+)` \| (.*)\|$/gm)]
    .map(([, name, text]) => [name as string, text as string]);
}

/** Names below a heading, those with METRIC once for each metric. */
function names(heading: string, metrics: readonly string[]): string[] {
  return rows(heading).map(([name]) => name).flatMap((name) =>
    name.includes("METRIC") ? metrics.map((metric) => name.replace("METRIC", metric)) : [name]
  ).sort();
}

/** Members of a record whose keys are not of the format but of the run. */
const RECORDS = /(^versions|\.options|\.chosen|\]\.metrics)$/;

/** Paths to all leaves of a summary; an estimate is a leaf, its members are paths of their own. */
function paths(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) {
    const inner = value.flatMap((one) => paths(one, `${path}[]`));
    return inner.some((one) => one !== `${path}[]`) ? inner : [path];
  }
  if (typeof value !== "object" || value === null) return [path];
  if ("halfWidth" in value) return [path, ...Object.keys(value).map((key) => `estimate.${key}`)];
  return Object.entries(value).flatMap(([key, one]) =>
    paths(one, RECORDS.test(path) ? `${path}.*` : path === "" ? key : `${path}.${key}`)
  );
}

Deno.test("docs/results.md names every file, column and field of a run, and no other", () =>
  inFolder(async (parent) => {
    const folder = `${parent}/out`;
    const metrics = ["psnr", "ssim"];
    const { code, err } = await sim([
      ...["--codecs", "jpeg-capacity", "--images", "2", "--snr", "7", "--pictures", "1"],
      ...["--metrics", metrics.join(","), "--out", folder, "--quiet"],
    ]);
    assertEquals([code, err], [0, ""]);

    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(names("The folder of results", metrics), files);

    const [head = ""] = (await Deno.readTextFile(`${folder}/table.csv`)).split("\r\n");
    assertEquals(names("table.csv", metrics), head.split(",").sort());

    const experiment = JSON.parse(await Deno.readTextFile(`${folder}/experiment.json`));
    assertEquals(names("experiment.json", metrics), Object.keys(experiment).sort());

    const summary = JSON.parse(await Deno.readTextFile(`${folder}/summary.json`));
    const present = new Set(paths(summary)), described = rows("summary.json");
    const known = new Set(described.map(([name]) => name));
    assertEquals([...present].filter((path) => !known.has(path)), [], "not in the page");
    const absent = described.filter(([name]) => !present.has(name));
    assertEquals(absent.filter(([, text]) => !text.includes("absent")), [], "not in the summary");
    const types = await Deno.readTextFile(new URL("../sim/summary.ts", import.meta.url));
    for (const [name] of absent) {
      const field = name.replace(".*", "").split(".").at(-1);
      assert(types.includes(`readonly ${field}?:`), `${name} is no optional field of a summary`);
    }

    using database = new DatabaseSync(`${folder}/results.sqlite`, { readOnly: true });
    const columns = database.prepare(
      `SELECT t.name || '.' || c.name AS name FROM sqlite_master t, pragma_table_info(t.name) c
       WHERE t.type = 'table'`,
    ).all().map(({ name }) => String(name));
    assertEquals(names("results.sqlite", metrics), columns.sort());

    const [, query = ""] = /^```sql\n([\s\S]*?)^```/m.exec(page) ?? [];
    const found = database.prepare(query).all();
    assertEquals(found.map(({ snr_db }) => snr_db), [7, 7]);
    const mean = found.reduce((sum, { psnr }) => sum + Number(psnr) / 2, 0);
    assert(Math.abs(mean - summary.points[0].metrics.psnr.value) < 1e-9);

    assertEquals(await python(parent), 1);
  }));

/** Rows that the page's Python block prints, run beside the folder `out`. */
async function python(cwd: string): Promise<number> {
  const [, program = ""] = /^```python\n([\s\S]*?)^```/m.exec(page) ?? [];
  try {
    const { stdout } = await new Deno.Command("python3", { args: ["-c", program], cwd }).output();
    return new TextDecoder().decode(stdout).split("JPEG").length - 1;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 1; // no Python here: nothing to try
    throw error;
  }
}
