/**
 * What a user can get wrong: each slip is answered with what was wanted, what came and what to do,
 * never with a stack trace, and never costs a result.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { encodePng } from "../sim/data/png.ts";
import type { Summary } from "../sim/summary.ts";
import { inFolder, outcome, sim, simCommand } from "./command.ts";

const QUICK = ["--codecs", "jpeg-capacity", "--images", "1", "--snr", "5", "--quiet"];

function assertNoTrace(text: string): void {
  assert(!/^\s+at .*:\d+:\d+/m.test(text), `a stack trace at the user:\n${text}`);
}

async function refused(args: readonly string[], ...texts: string[]): Promise<void> {
  const { code, out, err } = await sim(args);
  assert(code === 1 || code === 2, `exit status 1 or 2; got ${code}:\n${out}${err}`);
  assertNoTrace(err + out);
  for (const text of texts) assert(err.includes(text), `"${text}" is not in:\n${err}`);
}

async function summary(folder: string): Promise<Summary> {
  return JSON.parse(await Deno.readTextFile(`${folder}/summary.json`));
}

async function writePng(
  path: string,
  width: number,
  height: number,
  channels: 1 | 2 | 3 | 4,
): Promise<void> {
  const slope = width > 1000 ? 1 / 64 : 7; // a large picture is smooth: coders are quick with it
  const length = width * height * channels;
  const data = Uint8Array.from({ length }, (_, index) => index * slope);
  await Deno.writeFile(path, await encodePng({ width, height, channels, data }));
}

Deno.test("unknown ids are refused with the known ones and the nearest", async () => {
  const to = ["--out", "/nowhere"];
  await refused(["--codecs", "bpg-capcity", ...to], `"bpg-capacity"`, "known: ", "jpeg-capacity");
  await refused(["--codecs", "bpg-capacity:efort=1", ...to], `did you mean "effort"`);
  await refused(["--metrics", "pnsr", ...to], `"psnr"`, "ms-ssim");
  await refused(["--channel", "agwn", ...to], `"awgn"`, "rayleigh");
  await refused(["--codec", "bpg-capacity"], `"codecs"`);
  await refused(["--experiment", "kodak-capcity"], "kodak-capacity");
  await refused(["--plugin", "./no_such_plugin.ts"], `--plugin "./no_such_plugin.ts"`);
  await refused(["--plugin", "./tests/vectors.ts"], "it has none");
});

Deno.test("absurd numbers are refused by the name of their option", async () => {
  await refused(["--snr", "NaN"], "--snr");
  await refused(["--snr", "1e6"], "--snr: Es/N0 in dB from -100 to 100");
  await refused(["--cbr", "0"], "--cbr: a number in (0, 1] or a fraction");
  await refused(["--trials", "0"], "--trials");
  await refused(["--workers", "0"], "--workers");
  await refused(["--half-width", "psnr"], "--half-width");
});

Deno.test("an unknown data set, an empty folder and a truncated picture are named", () =>
  inFolder(async (folder) => {
    const to = ["--out", `${folder}/out`, ...QUICK];
    await refused([...to, "--data", "kodac"], "kodac", "builtin");
    await Deno.mkdir(`${folder}/none`);
    await refused([...to, "--data", `${folder}/none`], "none");
    await Deno.mkdir(`${folder}/cut`);
    await writePng(`${folder}/cut/cut.png`, 30, 20, 3);
    const whole = await Deno.readFile(`${folder}/cut/cut.png`);
    await Deno.writeFile(`${folder}/cut/cut.png`, whole.subarray(0, whole.length >> 1));
    await refused([...to, "--data", `${folder}/cut`], "cut.png");
  }));

Deno.test("pictures of one pixel, grey ones, ones with alpha and large ones run", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/images`);
    await writePng(`${folder}/images/a_pixel.png`, 1, 1, 3);
    await writePng(`${folder}/images/b_grey.png`, 40, 30, 1);
    await writePng(`${folder}/images/c_alpha.png`, 40, 30, 4);
    await writePng(`${folder}/images/d_large.png`, 4000, 3000, 3);
    const { code, err } = await sim([
      "--codecs",
      "bpg-capacity:effort=1",
      "--data",
      `${folder}/images`,
      "--images",
      "3", //
      "--snr",
      "10",
      "--cbr",
      "1/3",
      "--quiet",
      "--out",
      `${folder}/small`, //
    ]);
    assertEquals(code, 0, err);
    const [small] = (await summary(`${folder}/small`)).points;
    assertEquals(small!.metrics["psnr"]?.count, 3);
    const large = await sim([
      "--codecs",
      "jpeg-capacity",
      "--data",
      `${folder}/images`,
      "--metrics",
      "psnr", //
      "--snr",
      "10",
      "--cbr",
      "1/3",
      "--quiet",
      "--out",
      `${folder}/large`, //
    ]);
    assertEquals(large.code, 0, large.err);
    assertEquals((await summary(`${folder}/large`)).points[0]!.metrics["psnr"]?.count, 4);
  }));

Deno.test("an OUT that cannot be written is refused", async () => {
  await refused([...QUICK, "--out", "/proc/semcast"], "--out");
});

Deno.test("a corrupted store is refused by name and left as it is", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/results.sqlite`, "garbage ".repeat(1000));
    await refused([...QUICK, "--out", folder], "results.sqlite", "left as it is");
    assertEquals((await Deno.stat(`${folder}/results.sqlite`)).size, 8000);
  }));

for (
  const [name, reason, limit] of [
    ["throws", "no such table", "60"],
    ["hangs", "gave no result within 10 s", "10"],
    ["shapes", "list of one", "60"],
  ] as const
) {
  Deno.test(`a plugin whose encoder ${name} is named; the others run and are kept`, () =>
    inFolder(async (folder) => {
      const { code, err } = await sim([
        "--plugin",
        "./tests/plugins/failing.ts",
        "--codecs",
        name,
        "jpeg-capacity", //
        "--images",
        "1",
        "--snr",
        "5",
        "--time-limit",
        limit,
        "--workers",
        "2",
        "--out",
        folder, //
      ]);
      assertEquals(code, 1);
      assertNoTrace(err);
      assert(err.includes(name) && err.includes(reason), err);
      const { points, notes } = await summary(folder);
      const count = (codec: string): number | undefined =>
        points.find((point) => point.codec === codec)?.metrics["psnr"]?.count;
      assertEquals([count(name), count("jpeg-capacity")], [0, 1]);
      assert(notes.some((note) => note.includes(name) && note.includes(reason)));
    }));
}

/** Units in a store that another process is writing; 0 while there is none. */
function storedUnits(path: string): number {
  try {
    const store = new DatabaseSync(path, { readOnly: true, timeout: 1000 });
    try {
      return Number(store.prepare("SELECT count(*) AS n FROM unit").get()?.["n"]);
    } finally {
      store.close();
    }
  } catch {
    return 0; // not there yet
  }
}

Deno.test("Ctrl-C stops cleanly, says how to go on, and loses nothing", () =>
  inFolder(async (folder) => {
    const args = ["--codecs", "bpg-capacity:effort=1", "jpeg-capacity", "--out", folder];
    const child = simCommand(args).spawn();
    const poll = setInterval(() => {
      if (storedUnits(`${folder}/results.sqlite`) > 0) child.kill("SIGINT");
    }, 100);
    const { code, err } = outcome(await child.output());
    clearInterval(poll);
    assertEquals(code, 130, err);
    assert(err.includes("same command again"), err);
    assertNoTrace(err);
    const { out } = await sim([...args, "--dry-run"]);
    assert(/[1-9]\d* in the store/.test(out), out);
  }));
