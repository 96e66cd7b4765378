import { assert, assertEquals } from "@std/assert";
import { readLog } from "../../train/log.ts";
import { openState } from "../../train/state_file.ts";
import { inFolder, writePhotographs } from "../../train/testing/photo_folder.ts";

const ROOT = new URL("../../", import.meta.url);
const TINY = new URL("../../train/testing/tiny_codec.ts", import.meta.url).href;

function command(args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "sim/cli/train.ts", "--plugin", TINY, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

interface Outcome {
  readonly code: number;
  readonly err: string;
}

async function train(...args: string[]): Promise<Outcome> {
  const { code, stderr } = await command(args).output();
  return { code, err: new TextDecoder().decode(stderr) };
}

const SIZE = ["--crop", "32", "--batch", "4", "--backend", "portable", "--save-minutes", "60"];

Deno.test("a training from the command line leaves checkpoint, weights, log and figure, and goes on", () =>
  inFolder(async (folder) => {
    await writePhotographs(folder, 20);
    const out = `${folder}/out`;
    const first = await train(
      ...["--codec", "tiny", "--data", folder, "--steps", "30", "--out", out, ...SIZE],
    );
    assertEquals(first.code, 0, first.err);
    assert(first.err.includes("19 photographs in memory"), first.err);
    const names = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
    assertEquals(names, [
      ...["log.jsonl", "loss.svg", "state.safetensors"],
      ...["tiny-linear-cbr1_48-snr10.json", "tiny-linear-cbr1_48-snr10.safetensors"],
    ]);
    const figure = await Deno.readTextFile(`${out}/loss.svg`);
    assert(figure.startsWith("<svg") && figure.includes("validation PSNR in dB"));
    const state = `${out}/state.safetensors`;
    const second = await train("--resume", state, "--steps", "40", "--backend", "portable");
    assertEquals(second.code, 0, second.err);
    assert(second.err.includes("going on at step 30"), second.err);
    assertEquals(openState(await Deno.readFile(state), state).record.step, 40);
    const log = readLog(await Deno.readTextFile(`${out}/log.jsonl`));
    const steps = log.filter(({ kind }) => kind === "steps").map(({ step }) => step);
    assertEquals(steps, [10, 20, 30, 40]);
  }));

Deno.test({
  name: "Ctrl-C writes a checkpoint and ends the command with status 130",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      await writePhotographs(folder, 20);
      const out = `${folder}/out`;
      const options = ["--codec", "tiny", "--data", folder, "--steps", "100000", "--out", out];
      const child = command([...options, ...SIZE]).spawn();
      await Promise.all([child.stdout.cancel(), untilSteps(`${out}/log.jsonl`)]);
      child.kill("SIGINT");
      const said = await new Response(child.stderr).text();
      assertEquals((await child.status).code, 130, said);
      assert(said.includes("to go on: --resume"), said);
      const state = `${out}/state.safetensors`;
      assert(openState(await Deno.readFile(state), state).record.step >= 10);
    }),
});

/** Waits until a log has a line about steps. */
async function untilSteps(path: string): Promise<void> {
  while (true) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const text = await Deno.readTextFile(path).catch(() => "");
    if (text.includes('"kind":"steps"')) return;
  }
}

Deno.test("what is wrong is said in one line, without a stack trace", () =>
  inFolder(async (folder) => {
    const unknown = await train("--codec", "tyni", "--data", folder);
    assertEquals(unknown.code, 2);
    assertEquals(unknown.err.includes('did you mean "tiny"'), true, unknown.err);
    const empty = await train("--codec", "tiny", "--data", folder, "--backend", "portable");
    assertEquals(empty.code, 1);
    assert(empty.err.includes("holds no picture") && !empty.err.includes("    at "), empty.err);
    await Deno.writeTextFile(`${folder}/state.safetensors`, "no such file");
    const damaged = await train("--resume", `${folder}/state.safetensors`);
    assertEquals(damaged.code, 1);
    assert(damaged.err.includes("Cannot read") && !damaged.err.includes("    at "), damaged.err);
  }));
