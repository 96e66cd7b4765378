import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataError, FormatError, OptionError } from "../core/errors.ts";
import { tf } from "../core/tensor/backend.ts";
import { readManifest } from "../core/tensor/checkpoint/manifest.ts";
import { openWeights } from "../core/tensor/checkpoint/open.ts";
import { readSafetensors } from "../core/tensor/checkpoint/safetensors.ts";
import { shapesOf } from "../core/tensor/nn/parameters.ts";
import type { Objective } from "../core/tensor/trainable.ts";
import { type LogEntry, readLog } from "./log.ts";
import { goalOf } from "./settings.ts";
import { readStart } from "./start_file.ts";
import { openState, type TrainingState } from "./state_file.ts";
import { inFolder, writePhotographs } from "./testing/photo_folder.ts";
import { runTiny, tinySettings } from "./testing/run_tiny.ts";
import { tinyCodec } from "./testing/tiny_codec.ts";

async function stateOf(folder: string): Promise<TrainingState> {
  const path = `${folder}/state.safetensors`;
  return openState(await Deno.readFile(path), path);
}

function tensorsOf({ tensors }: TrainingState): Map<string, Float32Array> {
  return new Map([...tensors.tensors.keys()].map((name) => [name, tensors.floats(name)]));
}

async function logOf(folder: string): Promise<LogEntry[]> {
  return readLog(await Deno.readTextFile(`${folder}/log.jsonl`));
}

/** A folder with photographs in `photos`. */
function withPhotographs(count: number, work: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/photos`);
    await writePhotographs(`${folder}/photos`, count);
    await work(folder);
  });
}

for (const preset of ["linear", "adversarial"]) {
  Deno.test(`20 steps are 10 steps, a stop, and 10 more, to the bit: ${preset}`, () =>
    withPhotographs(6, async (folder) => {
      const settings = tinySettings(`${folder}/photos`, { preset });
      const whole = await runTiny({ settings, out: `${folder}/whole` });
      const stop = new AbortController();
      const first = await runTiny({
        ...{ settings, out: `${folder}/parts`, limits: { signal: stop.signal } },
        onStep: (step) => step === 10 && stop.abort(),
      });
      assertEquals([first.ending, first.losses.length], ["interrupted", 10]);
      const resume = await stateOf(`${folder}/parts`);
      assertEquals(resume.record.step, 10);
      const second = await runTiny({ settings, out: `${folder}/parts`, resume });
      assertEquals([...first.losses, ...second.losses], whole.losses);
      const [a, b] = [await stateOf(`${folder}/whole`), await stateOf(`${folder}/parts`)];
      assertEquals(tensorsOf(b), tensorsOf(a));
      assertEquals(b.record.counts, a.record.counts);
      assertEquals(b.record.step, 20);
    }));
}

Deno.test("training makes the loss smaller and the pictures better", () =>
  withPhotographs(40, async (folder) => {
    const settings = tinySettings(`${folder}/photos`, { steps: 150, rate: 2e-2 });
    const { losses, validations } = await runTiny({ settings, out: `${folder}/out` });
    const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b) / list.length;
    assert(mean(losses.slice(-10)) < mean(losses.slice(0, 10)) / 3);
    assertEquals(validations.map(({ step }) => step), [0, 150]);
    assertEquals(validations[0]!.pictures, 2); // held out of 40
    assert(validations[1]!.psnrDb > validations[0]!.psnrDb + 5);
  }));

Deno.test("the shipped weights are the averages in half precision, and the manifest says what they are", () =>
  withPhotographs(3, async (folder) => {
    const settings = tinySettings(`${folder}/photos`, { preset: "adversarial", steps: 5 });
    const trainable = tinyCodec(goalOf(settings));
    await runTiny({ settings, trainable, out: `${folder}/out` });
    const name = `${folder}/out/tiny-adversarial-cbr1_48-snr10`;
    const manifest = readManifest(await Deno.readTextFile(`${name}.json`), name);
    assertEquals([manifest.codec, manifest.preset, manifest.steps], ["tiny", "adversarial", 5]);
    assertEquals([manifest.dtype, manifest.cbr, manifest.seed], ["f16", "1/48", 1]);
    const bytes = await Deno.readFile(`${name}.safetensors`);
    const shipped = new Map(
      [...shapesOf(trainable.declarations)].filter(([one]) => trainable.shipped(one)),
    );
    const weights = await openWeights(manifest, bytes, shipped, name);
    const { tensors } = await stateOf(`${folder}/out`);
    for (const [parameter, values] of weights) {
      const average = tensors.floats(`average.${parameter}`);
      const error = Math.max(...average.map((value, at) => Math.abs(value - values[at]!)));
      assert(error <= 2 ** -11 * Math.max(...average.map(Math.abs)));
    }
    assert(!weights.has("judge.weight"));
  }));

Deno.test("running statistics are updated, one objective after the other", () =>
  withPhotographs(3, async (folder) => {
    const settings = tinySettings(`${folder}/photos`, { preset: "adversarial", steps: 30 });
    await runTiny({ settings, out: `${folder}/out` });
    const { tensors } = await stateOf(`${folder}/out`);
    // From zero, 30 steps by a tenth towards the mean of crops whose values lie in [0.1, 0.9].
    for (const value of tensors.floats("values.judge.mean")) {
      assert(value > 0.1 * (1 - 0.9 ** 30) && value < 0.9);
    }
    assert(!tensors.tensors.has("average.judge.mean") && !tensors.tensors.has("first.judge.mean"));
    const steps = (await logOf(`${folder}/out`)).filter((entry) => entry.kind === "steps");
    assertEquals(Object.keys(steps[0]!.parts), ["judge", "coder", "coder.mse"]);
  }));

Deno.test("a loss that is not a number stops the training, names the step, and leaves the last checkpoint", () =>
  withPhotographs(3, async (folder) => {
    const settings = tinySettings(`${folder}/photos`);
    const stop = new AbortController();
    const limits = { signal: stop.signal };
    await runTiny({
      ...{ settings, out: `${folder}/out`, limits },
      onStep: (step) => step === 6 && stop.abort(),
    });
    const resume = await stateOf(`${folder}/out`);
    // Two dry steps come first, so that call 6 is that of the fifth step after the checkpoint.
    const broken = tinyCodec({ ...goalOf(settings), settings: { break: "6" } });
    const error = await assertRejects(
      () => runTiny({ settings, out: `${folder}/out`, resume, trainable: broken }),
      DataError,
      `the loss of objective "coder" is NaN at step 10`,
    );
    assert(error.message.includes("of step 6"), error.message);
    assert(error.message.includes("--resume"), error.message);
    const kept = await stateOf(`${folder}/out`);
    assertEquals([kept.record.step, tensorsOf(kept)], [6, tensorsOf(resume)]);
    const last = (await logOf(`${folder}/out`)).at(-1)!;
    assertEquals(last.kind, "end");
    assertEquals(last.step, 10);
  }));

Deno.test("a validation that falls by more than a decibel stops the training before it is saved", () =>
  withPhotographs(40, async (folder) => {
    const settings = tinySettings(`${folder}/photos`, { steps: 60, rate: 2e-2 });
    await runTiny({ settings, out: `${folder}/out` });
    const resume = await stateOf(`${folder}/out`);
    const wild = { ...settings, rate: 50, clip: 1e9, ema: 0, steps: 70, cooldown: 0 };
    await assertRejects(
      () => runTiny({ settings: wild, out: `${folder}/out`, resume }),
      DataError,
      "it diverged",
    );
    assertEquals((await stateOf(`${folder}/out`)).record.step, 60);
    const limits = { divergedDb: Infinity };
    await runTiny({ settings: wild, out: `${folder}/out`, resume, limits });
    assertEquals((await stateOf(`${folder}/out`)).record.step, 70);
  }));

Deno.test("lines of the log that are younger than the checkpoint are cut off when a run goes on", () =>
  withPhotographs(3, async (folder) => {
    const settings = tinySettings(`${folder}/photos`, { steps: 10 });
    await runTiny({ settings, out: `${folder}/out` });
    const log = `${folder}/out/log.jsonl`;
    await Deno.writeTextFile(log, `{"kind":"steps","step":15}\n{"kind":"st`, { append: true });
    const resume = await stateOf(`${folder}/out`);
    await runTiny({ settings: { ...settings, steps: 20 }, out: `${folder}/out`, resume });
    const entries = await logOf(`${folder}/out`);
    assertEquals(entries.filter(({ kind }) => kind === "steps").map(({ step }) => step), [10, 20]);
    assertEquals(entries.filter(({ kind }) => kind === "begin").map(({ step }) => step), [0, 10]);
  }));

Deno.test("a folder that holds a training is not written over by another", () =>
  withPhotographs(3, async (folder) => {
    const settings = tinySettings(`${folder}/photos`, { steps: 2 });
    await runTiny({ settings, out: `${folder}/out` });
    await assertRejects(
      () => runTiny({ settings, out: `${folder}/out` }),
      OptionError,
      "holds a training already",
    );
  }));

Deno.test("a training of another network is refused by name", () =>
  withPhotographs(3, async (folder) => {
    const settings = tinySettings(`${folder}/photos`, { steps: 2 });
    await runTiny({ settings, out: `${folder}/out` });
    const resume = await stateOf(`${folder}/out`);
    const wider = { ...settings, codecSettings: { width: "9" } };
    await assertRejects(
      () => runTiny({ settings: wider, out: `${folder}/out`, resume }),
      FormatError,
      "its network has width = 8, this one 9",
    );
    const trainable = tinyCodec(goalOf({ ...settings, preset: "adversarial" }));
    await assertRejects(
      () => runTiny({ settings, out: `${folder}/out`, resume, trainable }),
      FormatError,
      `it has no parameter "judge.weight"`,
    );
    const shipped = await Deno.readFile(`${folder}/out/tiny-linear-cbr1_48-snr10.safetensors`);
    let refused = "";
    try {
      openState(shipped, "weights");
    } catch (error) {
      refused = (error as Error).message;
    }
    assert(refused.includes("--init"), refused);
  }));

Deno.test("a step that the heap cannot hold is refused before the first one, with the size that fits", () =>
  withPhotographs(3, async (folder) => {
    const settings = tinySettings(`${folder}/photos`, { batch: 1_000_000 });
    const error = await assertRejects(
      () => runTiny({ settings, out: `${folder}/out` }),
      DataError,
      "a step of 1000000 crops of 32 x 32 needs about",
    );
    const batch = Number(/--batch (\d+)/.exec(error.message)?.[1]);
    assert(batch > 1000 && batch < 1_000_000, error.message);
  }));

Deno.test("a heap that is full ends the training with a size to try, not with a crash", () =>
  withPhotographs(3, async (folder) => {
    const settings = tinySettings(`${folder}/photos`, { batch: 8 });
    const trainable = tinyCodec(goalOf(settings));
    const [objective] = trainable.objectives as [Objective];
    let calls = 0;
    const full = {
      ...objective,
      loss: (...args: Parameters<Objective["loss"]>) => {
        // After two dry steps and four real ones, what the heap says when it has no room.
        if (++calls > 6) throw new DataError("out of memory for tensors: 9 MiB wanted");
        return objective.loss(...args);
      },
    };
    await assertRejects(
      () =>
        runTiny({
          ...{ settings, out: `${folder}/out`, trainable: { ...trainable, objectives: [full] } },
        }),
      DataError,
      "9 MiB wanted, at step 4; no checkpoint was written yet: begin again with --batch 4",
    );
  }));

Deno.test("with minutes alone the number of steps is chosen by the speed of the first ones", () =>
  withPhotographs(3, async (folder) => {
    const settings = tinySettings(`${folder}/photos`, { steps: 1_000_000 });
    const stop = new AbortController();
    let chosen = 0;
    await runTiny({
      ...{ settings, out: `${folder}/out` },
      limits: { minutes: 0.3, fitSteps: true, signal: stop.signal },
      onStep: (_step, _loss, _parts, steps) => {
        chosen = steps;
        if (steps < 1_000_000) stop.abort();
      },
    });
    assert(chosen < 1_000_000);
    assertEquals((await stateOf(`${folder}/out`)).record.settings.steps, chosen);
  }));

Deno.test("a training starts from weights, from a checkpoint's averages, and says what starts anew", () =>
  withPhotographs(3, async (folder) => {
    const settings = tinySettings(`${folder}/photos`, { steps: 5 });
    const trainable = tinyCodec(goalOf(settings));
    await runTiny({ settings, trainable, out: `${folder}/out` });
    const path = `${folder}/out/state.safetensors`;
    const { values, missing } = await readStart(
      await Deno.readFile(path),
      path,
      trainable.declarations,
    );
    assertEquals(missing, []);
    const state = await stateOf(`${folder}/out`);
    for (const [name, value] of values) {
      assertEquals(value, state.tensors.floats(`average.${name}`));
    }
    const weights = `${folder}/out/tiny-linear-cbr1_48-snr10.safetensors`;
    const judged = tinyCodec(goalOf({ ...settings, preset: "adversarial" }));
    const start = await readStart(await Deno.readFile(weights), weights, judged.declarations);
    assertEquals(start.missing, ["judge.weight", "judge.bias", "judge.mean"]);
    const next = { ...settings, preset: "adversarial", steps: 1, rate: 1e-9 };
    await runTiny({ settings: next, trainable: judged, start, out: `${folder}/next` });
    const { tensors } = await stateOf(`${folder}/next`);
    const file = readSafetensors(await Deno.readFile(weights), weights);
    const [begun, was] = [tensors.floats("values.encoder.weight"), file.floats("encoder.weight")];
    assert(begun.every((value, at) => Math.abs(value - was[at]!) < 1e-6));
    const other = tinyCodec(goalOf({ ...settings, codecSettings: { width: "9" } }));
    const none = { "encoder.none": other.declarations["encoder.weight"]! };
    await assertRejects(
      async () => await readStart(await Deno.readFile(weights), weights, none),
      FormatError,
      "none of its tensors",
    );
  }));

// SEMCAST_LEAK_STEPS=2000 runs what the project promises; here enough steps to see a leak of one.
const LEAK_STEPS = Number(Deno.env.get("SEMCAST_LEAK_STEPS") ?? 120);

for (const preset of ["linear", "adversarial"]) {
  Deno.test(`tensors and heap stay the same over ${LEAK_STEPS} steps: ${preset}`, () =>
    withPhotographs(3, async (folder) => {
      const before = tf.memory().numTensors;
      const settings = tinySettings(`${folder}/photos`, { preset, steps: LEAK_STEPS });
      const tensors: number[] = [], bytes: number[] = [], heap: number[] = [];
      await runTiny({
        ...{ settings, out: `${folder}/out` },
        onStep: () => {
          const { numTensors, numBytes } = tf.memory();
          tensors.push(numTensors);
          bytes.push(numBytes);
          heap.push(wasmHeapBytes());
        },
      });
      assertEquals(new Set(tensors).size, 1);
      assertEquals(new Set(bytes).size, 1);
      assertEquals(heap.at(-1), heap[9]);
      assertEquals(tf.memory().numTensors, before);
    }));
}

function wasmHeapBytes(): number {
  const backend = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  return backend.wasm.HEAPU8.buffer.byteLength;
}
