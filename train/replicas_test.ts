import { assert, assertEquals } from "@std/assert";
import { readSafetensors } from "../core/tensor/checkpoint/safetensors.ts";
import type { Network } from "./network.ts";
import { Replicas } from "./replicas.ts";
import { goalOf, type TrainingSettings } from "./settings.ts";
import { openState } from "./state_file.ts";
import { inFolder, writePhotographs } from "./testing/photo_folder.ts";
import { runTiny, tinySettings } from "./testing/run_tiny.ts";

const module = new URL("./testing/tiny_codec.ts", import.meta.url).href;

function team(settings: TrainingSettings): (network: Network) => Promise<Replicas> {
  const engine = { backend: "wasm", portable: true } as const;
  return (network) =>
    Replicas.open(network, { count: settings.replicas, engine, module, goal: goalOf(settings) });
}

async function valuesOf(folder: string): Promise<Map<string, Float32Array>> {
  const file = readSafetensors(await Deno.readFile(`${folder}/state.safetensors`), folder);
  return new Map([...file.tensors.keys()].map((name) => [name, file.floats(name)]));
}

Deno.test("two replicas of half a batch take the step of one network with the whole", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/photos`);
    await writePhotographs(`${folder}/photos`, 3);
    // Without noise the two differ by the order of their sums alone.
    const settings = tinySettings(`${folder}/photos`, { snrDb: 100, steps: 3, rate: 1e-3 });
    const one = await runTiny({ settings, out: `${folder}/one` });
    const shared = { ...settings, replicas: 2 };
    const two = await runTiny({ settings: shared, out: `${folder}/two`, team: team(shared) });
    const near = (a: number, b: number): void => assert(Math.abs(a - b) <= 1e-5 * Math.abs(a));
    one.losses.forEach((loss, step) => near(loss, two.losses[step]!));
    const [a, b] = [await valuesOf(`${folder}/one`), await valuesOf(`${folder}/two`)];
    for (const [name, values] of a) {
      const largest = Math.max(...values.map(Math.abs)), other = b.get(name)!;
      const error = Math.max(...values.map((value, at) => Math.abs(value - other[at]!)));
      assert(error <= 1e-3 * largest, `${name}: ${error} of ${largest}`);
    }
  }));

Deno.test("the same number of replicas gives the same bits, also after a stop in between", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/photos`);
    await writePhotographs(`${folder}/photos`, 3);
    const settings = tinySettings(`${folder}/photos`, {
      ...{ preset: "adversarial", replicas: 2, steps: 8 },
    });
    const whole = await runTiny({ settings, out: `${folder}/whole`, team: team(settings) });
    const stop = new AbortController();
    const out = `${folder}/parts`;
    const first = await runTiny({
      ...{ settings, out, team: team(settings), limits: { signal: stop.signal } },
      onStep: (step) => step === 4 && stop.abort(),
    });
    const path = `${out}/state.safetensors`;
    const resume = openState(await Deno.readFile(path), path);
    const second = await runTiny({ settings, out, team: team(settings), resume });
    assertEquals([...first.losses, ...second.losses], whole.losses);
    assertEquals(await valuesOf(out), await valuesOf(`${folder}/whole`));
  }));
