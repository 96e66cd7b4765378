/**
 * `deno task sim --shard` and `deno task merge` from end to end: what several machines computed is
 * what one would have computed.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inFolder, merge, type Outcome, sim } from "./command.ts";
import { makePictures } from "./pictures.ts";
import { numbers } from "./results.ts";

const PLUGIN = "./tests/plugins/raw_pam.ts";
const CODECS = ["--codecs", "jpeg-capacity", "raw-pam", "--plugin", PLUGIN];
const SWEEP = [...CODECS, "--images", "3", "--snr", "0,10", "--cbr", "1/8", "--trials", "2"];
const SMALL = ["--plugin", PLUGIN, "--codecs", "raw-pam", "--images", "2", "--trials", "2"];

/** A share of a run on the pictures beside its folder. */
function shard(sweep: readonly string[], share: string, out: string): Promise<Outcome> {
  const data = out.replace(/[^/]*$/, "pictures");
  return sim([...sweep, "--data", data, "--shard", share, "--out", out, "--quiet"]);
}

Deno.test("three shards, merged, are what one machine computes; a missing one is named", () =>
  inFolder(async (folder) => {
    const [one, whole, ...shards] = ["one", "whole", "a", "b", "c"].map((name) =>
      `${folder}/${name}`
    ) as [string, string, string, string, string];
    const here = [...SWEEP, "--data", await makePictures(folder)];
    assertEquals(await sim([...here, "--out", one, "--quiet"]), { code: 0, out: "", err: "" });
    for (const index of [1, 3]) {
      const { code, err } = await shard(SWEEP, `${index}/3`, shards[index - 1] as string);
      assertEquals([code, err], [0, ""]);
    }
    const [a, b, c] = shards as [string, string, string];
    const partly = await merge([a, c, "--out", whole, "--quiet"]);
    assertEquals(partly.code, 1);
    assert(partly.err.includes("shard 2/3 is not among the stores"), partly.err);
    assert(
      (await Deno.readTextFile(`${whole}/table.md`)).includes("shard 2/3"),
      "the table says it",
    );

    assertEquals((await shard(SWEEP, "2/3", b)).code, 0);
    // in two steps, one of them a file that was carried here alone
    await Deno.rename(`${b}/results.sqlite`, `${folder}/carried.sqlite`);
    const merged = await merge(["--out", whole, "--quiet", whole, `${folder}/carried.sqlite`]);
    assertEquals(merged, { code: 0, out: "", err: "" });
    assertEquals(await numbers(whole), await numbers(one));
    const again = await sim([...here, "--out", whole, "--dry-run"]);
    assert(again.out.includes("to do: 0 units"), again.out);
  }));

Deno.test("a store of another experiment is refused by name, and with the right one the merge succeeds", () =>
  inFolder(async (folder) => {
    const [a, b, whole] = ["a", "b", "whole"].map((name) => `${folder}/${name}`) as [
      string,
      string,
      string,
    ];
    await makePictures(folder);
    const fewer = SMALL.map((word, at) => SMALL[at - 1] === "--trials" ? "1" : word);
    assertEquals((await shard(SMALL, "1/2", a)).code, 0);
    assertEquals((await shard(fewer, "2/2", b)).code, 0);
    const other = await merge([a, b, "--out", whole]);
    assertEquals(other.code, 1);
    assert(/".*\/b" holds another experiment .*trials is 1 and not 2/.test(other.err), other.err);
    assertEquals((await shard(SMALL, "2/2", b)).code, 0); // now it holds shares of both
    assertEquals((await merge([a, b, "--out", whole, "--quiet"])).code, 0);
  }));

Deno.test("stores that another version of a codec made are refused by name", () =>
  inFolder(async (folder) => {
    const text = await Deno.readTextFile(PLUGIN);
    const plugin = `${folder}/raw_pam.ts`;
    await Deno.writeTextFile(plugin, text.replace('version: "1"', 'version: "2"'));
    await makePictures(folder);
    const later = SMALL.map((word) => word === PLUGIN ? plugin : word);
    const [a, b, whole] = ["a", "b", "whole"].map((name) => `${folder}/${name}`) as [
      string,
      string,
      string,
    ];
    assertEquals((await shard(SMALL, "1/2", a)).code, 0);
    assertEquals((await shard(later, "2/2", b)).code, 0);
    const { code, err } = await merge([a, b, "--out", whole]);
    assertEquals(code, 1);
    assert(/".*\/b" .*other versions.*raw-pam is 2 and not 1/.test(err), err);
    // nor does a program merge what it could not have made
    const alone = await merge([a, "--out", whole, "--plugin", plugin]);
    assertEquals(alone.code, 1);
    assert(/than this program has: raw-pam is 1 and not 2/.test(alone.err), alone.err);
  }));

Deno.test("a failure on a shard is told again by the merge", () =>
  inFolder(async (folder) => {
    const failing = [
      ...["--plugin", "./tests/plugins/failing.ts", "--codecs", "throws", "jpeg-capacity"],
      ...["--images", "2", "--snr", "5", "--cbr", "1/8"],
    ];
    const [a, b, whole] = ["a", "b", "whole"].map((name) => `${folder}/${name}`) as [
      string,
      string,
      string,
    ];
    await makePictures(folder);
    assertEquals((await shard(failing, "1/2", a)).code, 1);
    assertEquals((await shard(failing, "2/2", b)).code, 1);
    const { code, err } = await merge([a, b, "--out", whole, "--quiet"]);
    assertEquals(code, 1);
    assert(err.includes("throws failed on"), err);
    assert(err.includes("no such table"), err);
  }));

Deno.test("what cannot be shared out or merged is said before anything is computed", () =>
  inFolder(async (folder) => {
    const cases: [typeof sim, string[], string][] = [
      [sim, [...SWEEP, "--shard", "4/3"], "--shard: a share such as 2/5"],
      [sim, [...SWEEP, "--shard", "1/2", "--slurm"], "one of them"],
      [sim, [...SWEEP, "--shard", "1/2", "--dry-run"], "--dry-run"],
      [sim, [...SWEEP, "--shard", "1/2", "--half-width", "psnr=1"], "judged over all pictures"],
      [sim, [...SWEEP, "--slurm", "nodes=2"], "--slurm: one of tasks=..., cpus=..."],
      [sim, [...SWEEP, "--slurm", "tasks=0"], "--slurm tasks: an integer from 1"],
      [sim, [...SWEEP, "--slurm", "sbatch=--wait"], "--wait is set by the program itself"],
      [merge, [`${folder}/a`], "--out: a folder for the whole"],
      [merge, ["--out", folder], "at least one store"],
    ];
    for (const [command, args, text] of cases) {
      const { code, err } = await command([...args, ...command === sim ? ["--out", folder] : []]);
      assertEquals(code, 2, err);
      assert(err.includes(text), err);
    }
    const { code, err } = await merge([`${folder}/nowhere`, "--out", folder]);
    assertEquals(code, 1);
    assert(/no store at ".*nowhere"/.test(err), err);
  }));
