/**
 * `deno task sim` from end to end, as a user meets it: in a process of its own.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Summary } from "../sim/summary.ts";
import { inFolder, sim, simCommand } from "./command.ts";
import { numbers } from "./results.ts";

const PLUGIN = "./tests/plugins/raw_pam.ts";

async function summary(folder: string): Promise<Summary> {
  return JSON.parse(await Deno.readTextFile(`${folder}/summary.json`));
}

const SWEEP = [
  "--codecs",
  "bpg-capacity:effort=1",
  "jpeg-capacity",
  "raw-pam",
  "--plugin",
  PLUGIN, //
  "--images",
  "2",
  "--snr",
  "0,10",
  "--cbr",
  "1/24",
  "--trials",
  "2",
  "--quiet", //
];

Deno.test("one worker, two workers and a run killed at random give the same bytes", () =>
  inFolder(async (folder) => {
    const outs = ["one", "two", "killed"].map((name) => `${folder}/${name}`);
    const [one, two, killed] = outs as [string, string, string];
    for (const [out, workers] of [[one, "1"], [two, "2"]] as const) {
      const { code, err } = await sim([...SWEEP, "--out", out, "--workers", workers]);
      assertEquals([code, err], [0, ""]);
    }
    const kills = [300, 700, 1100, 1500, 2000]; // ms after the start: before, in and after units
    let survived = false;
    for (let attempt = 0; attempt < 20 && !survived; attempt++) {
      const child = simCommand([...SWEEP, "--out", killed, "--workers", "2"]).spawn();
      const timer = setTimeout(() => child.kill("SIGKILL"), kills[attempt] ?? 120_000);
      survived = (await child.output()).code === 0;
      clearTimeout(timer);
    }
    assert(survived, "the run ends when it is left alone");
    assertEquals(await numbers(two), await numbers(one));
    assertEquals(await numbers(killed), await numbers(one));
    for (const name of ["table.md", "table.tex", "table.csv", "psnr.svg", "psnr.vl.json"]) {
      const bytes = await Deno.readTextFile(`${one}/${name}`);
      assert(bytes.length > 100, `${name} holds something`);
    }
  }));

Deno.test("a second run computes nothing, and a further SNR only what is new", () =>
  inFolder(async (folder) => {
    const args = ["--codecs", "jpeg-capacity", "--images", "2", "--out", folder];
    await sim([...args, "--snr", "5", "--quiet"]);
    const again = await sim([...args, "--snr", "5", "--dry-run"]);
    assert(again.out.includes("2 units, 2 in the store"), again.out);
    const more = await sim([...args, "--snr", "5,9", "--dry-run"]);
    assert(more.out.includes("4 units, 2 in the store"), more.out);
  }));

Deno.test("the summary holds every condition of the run", () =>
  inFolder(async (folder) => {
    const args = [
      "--codecs",
      "jpeg-capacity:subsampling=444",
      "--images",
      "2",
      "--snr",
      "-5,0", //
      "--assumed-snr",
      "-5",
      "--cbr",
      "1/6",
      "--out",
      folder,
      "--quiet", //
    ];
    assertEquals((await sim(args)).code, 0);
    const { command, seed, points, data } = await summary(folder);
    assertEquals(
      command,
      "deno task sim --codecs jpeg-capacity:subsampling=444 --data builtin --images 2 --snr -5,0 --assumed-snr -5 --cbr 1/6",
    );
    assertEquals([seed, data.name, data.images], [1, "builtin", 2]);
    assertEquals(points.map(({ snrDb, assumedSnrDb }) => [snrDb, assumedSnrDb]), [[-5, -5], [
      0,
      -5,
    ]]);
    for (const point of points) {
      assertEquals(point.options, { subsampling: "444" });
      assertEquals(point.metrics["psnr"]?.count, 2);
      assert(point.cbr.value! > 0 && point.cbr.value! <= 1 / 6);
      assertEquals(point.outageRate, 0);
    }
  }));

Deno.test("a channel below the assumed SNR is an outage of the ideal code, one above it is not", () =>
  inFolder(async (folder) => {
    const args = [
      "--codecs",
      "jpeg-capacity",
      "--images",
      "1",
      "--assumed-snr",
      "10",
      "--cbr",
      "1/6",
    ];
    await sim([...args, "--snr", "9.9,10,10.1", "--out", folder, "--quiet"]);
    assertEquals((await summary(folder)).points.map(({ outageRate }) => outageRate), [1, 0, 0]);
  }));

Deno.test("a rate too small for even the worst quality is an outage, said so", () =>
  inFolder(async (folder) => {
    const args = ["--codecs", "jpeg-capacity", "--images", "1", "--snr", "0", "--cbr", "1/2000"];
    const { code } = await sim([...args, "--out", folder, "--quiet"]);
    assertEquals(code, 0);
    const [point] = (await summary(folder)).points;
    assertEquals(point!.outageRate, 1);
    assertEquals(point!.cbr.value, 0);
    assert((await Deno.readTextFile(`${folder}/table.md`)).includes("100"));
  }));

Deno.test("block fading: the ideal code fails as often as |h|^2 falls below what it needs", () =>
  inFolder(async (folder) => {
    const args = [
      "--codecs",
      "jpeg-capacity",
      "--images",
      "1",
      "--snr",
      "10",
      "--assumed-snr",
      "7",
      "--cbr",
      "1/6", //
      "--channel",
      "rayleigh:fading=block",
      "--trials",
      "200",
      "--out",
      folder,
      "--quiet", //
    ];
    assertEquals((await sim(args)).code, 0);
    const { outageRate } = (await summary(folder)).points[0]!;
    const truth = 1 - Math.exp(-(10 ** -0.3)); // P(|h|^2 < snr assumed / snr), |h|^2 ~ Exp(1)
    const sigma = Math.sqrt(truth * (1 - truth) / 200);
    assert(Math.abs(outageRate - truth) < 4 * sigma, `${outageRate}, expected ${truth}`);
  }));
