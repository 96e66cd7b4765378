/**
 * Metrics of networks and of sets through the simulator, with weights that are made up: the same
 * numbers however the work is shared out, resumed or extended.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { type TensorToWrite, writeSafetensors } from "../core/tensor/checkpoint/safetensors.ts";
import { MOBILENET_V2_LAYERS } from "../sim/metrics/networks/mobilenet_v2_layers.ts";
import { MOBILENET_V2_WEIGHTS } from "../sim/metrics/patch_networks.ts";
import { formulaValues } from "../sim/metrics/testing/formula_weights.ts";
import type { Summary } from "../sim/summary.ts";
import { inFolder, sim } from "./command.ts";

/** MobileNetV2 whose activations neither die out nor explode. */
async function writeWeights(folder: string, offset = 0): Promise<void> {
  const tensors = new Map<string, TensorToWrite>();
  for (const { name, shape } of MOBILENET_V2_LAYERS) {
    const [out, ...inner] = shape, each = inner.reduce((product, length) => product * length, 1);
    const scale = 2 / Math.sqrt(each);
    tensors.set(`${name}.weight`, {
      shape,
      values: formulaValues({ name: `${name}.weight`, scale, offset }, out * each),
    });
    const bias = formulaValues({ name: `${name}.bias`, scale: 0.5, offset: 0.1 }, out);
    tensors.set(`${name}.bias`, { shape: [out], values: bias });
  }
  await Deno.mkdir(`${folder}/weights`, { recursive: true });
  const file = `${folder}/weights/${MOBILENET_V2_WEIGHTS.files[0]}`;
  await Deno.writeFile(file, writeSafetensors(tensors));
}

const METRICS = ["fd-mobilenet-v2-96", "kid-mobilenet-v2", "ufd-mobilenet-v2"];
const RUN = [
  ...["--codecs", "jpeg-capacity", "--images", "3", "--cbr", "1/12"],
  ...["--pictures", "0", "--quiet"],
];

/** summary.json as text, without wall times and without the command. */
async function numbers(folder: string): Promise<string> {
  const text = await Deno.readTextFile(`${folder}/summary.json`);
  return text.replace(/"(encodeMs|decodeMs)": [^,\n]*/g, `"$1": 0`)
    .replace(/"command": .*/, "");
}

Deno.test("distances of sets are the same on one worker, on two, and gathered bit by bit", () =>
  inFolder(async (folder) => {
    await writeWeights(folder);
    const env = { SEMCAST_ASSETS: folder };
    const run = async (out: string, ...args: string[]): Promise<void> => {
      const { code, err } = await sim([...RUN, "--out", `${folder}/${out}`, ...args], env);
      assertEquals([code, err], [0, ""]);
    };
    const all = ["--snr", "0,10", "--metrics", METRICS.join(",")];
    await run("one", ...all, "--workers", "1");
    await run("two", ...all, "--workers", "2");
    await run("bits", "--snr", "10", "--metrics", "fd-mobilenet-v2-96", "--workers", "2");
    await run("bits", ...all, "--workers", "1");
    const one = await numbers(`${folder}/one`);
    assertEquals(await numbers(`${folder}/two`), one);
    assertEquals(await numbers(`${folder}/bits`), one);

    const { points, versions, metrics }: Summary = JSON.parse(
      await Deno.readTextFile(`${folder}/one/summary.json`),
    );
    assertEquals(metrics.map(({ id }) => id), METRICS);
    assert(versions["tensors"]?.includes("wasm"), versions["tensors"]);
    for (const point of points) {
      const distance = point.metrics["fd-mobilenet-v2-96"];
      assertEquals([distance?.count, distance?.rows], [3, 3]);
      assert(distance!.value! > 0 && distance!.halfWidth! > 0, JSON.stringify(distance));
      assert(point.metrics["ufd-mobilenet-v2"]!.value! > 0);
    }
    const table = await Deno.readTextFile(`${folder}/one/table.md`);
    assert(table.includes("FD-MobileNetV2 (96): 3 patches of 256 x 256"), table);
    assert(table.includes("200 resamples of the images"), table);

    const store = new DatabaseSync(`${folder}/one/results.sqlite`, { readOnly: true });
    const rows = store.prepare("SELECT count(*) AS n FROM feature").get();
    store.close();
    assertEquals(rows?.["n"], 2 * (3 + 3 * points.length), "originals once, units once");
  }));

Deno.test("without its weights a metric is left out, said in one line and in the notes", () =>
  inFolder(async (folder) => {
    const args = ["--codecs", "jpeg-capacity", "--images", "1", "--snr", "5", "--out", folder];
    const env = { SEMCAST_ASSETS: folder };
    const { code, err } = await sim(
      [...args, "--quiet", "--metrics", "lpips-vgg,psnr,dists,kid"],
      env,
    );
    const said = "left out, for their weights are not here: lpips-vgg, dists, kid; fetch them " +
      'with "deno task assets lpips-vgg dists fid", or set SEMCAST_ASSETS to the folder that has them';
    assertEquals([code, err], [0, `${said}\n`]);
    const summary: Summary = JSON.parse(await Deno.readTextFile(`${folder}/summary.json`));
    assertEquals(summary.metrics.map(({ id }) => id), ["psnr"]);
    assertEquals(summary.notes, [said]);

    const nothing = await sim([...args, "--quiet", "--metrics", "lpips-vgg"], env);
    assertEquals(nothing.code, 1);
    assert(nothing.err.includes("nothing to run for"), nothing.err);
    const backend = await sim([...args, "--backend", "cuda"], env);
    assertEquals(backend.code, 2);
    assert(backend.err.includes("--backend: one of auto, webgpu, native, wasm, portable"));
    const sets = await sim([...args, "--metrics", "psnr,kid", "--half-width", "kid=1"], env);
    assertEquals(sets.code, 2);
    assert(sets.err.includes("--half-width kid: a metric of single pictures"), sets.err);
  }));

Deno.test("other weights do not mix with the results that are there; damaged ones are named", () =>
  inFolder(async (folder) => {
    const env = { SEMCAST_ASSETS: folder };
    const args = ["--codecs", "jpeg-capacity", "--images", "1", "--snr", "5", "--quiet"];
    const run = (): ReturnType<typeof sim> =>
      sim([...args, "--metrics", "ufd-mobilenet-v2", "--out", `${folder}/out`], env);
    await writeWeights(folder);
    assertEquals((await run()).code, 0);
    await writeWeights(folder, 0.001);
    const other = await run();
    assertEquals(other.code, 1);
    assert(other.err.includes("made with other weights"), other.err);

    const file = `${folder}/weights/${MOBILENET_V2_WEIGHTS.files[0]}`;
    await Deno.truncate(file, 1000);
    const damaged = await sim(
      [...args, "--metrics", "ufd-mobilenet-v2", "--out", `${folder}/new`],
      env,
    );
    assertEquals(damaged.code, 1);
    assert(damaged.err.includes("mobilenet_v2_1.0_int8weights.safetensors"), damaged.err);
    assert(!/^\s+at /m.test(damaged.err), damaged.err);
  }));
