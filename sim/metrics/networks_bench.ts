/**
 * Time of the network metrics at the sizes that matter: LPIPS-Squeeze of a pair of 768 x 512, and
 * the features of patches by GoogLeNet, beside PyTorch where python3-torch is: in turn, in one run,
 * as ratios, one thread each. Weights are made up: they change no time. On a machine that does other
 * work the CPU time says more than the wall time.
 *
 *     deno bench -A sim/metrics/networks_bench.ts
 *
 * @module
 */
import process from "node:process";
import type { RgbImage } from "../../core/image.ts";
import { fillUniforms, rootKey } from "../../core/random.ts";
import { openTensors } from "../../core/tensor/backend.ts";
import { loadMetric } from "./mod.ts";
import { PatchExtractor } from "./patch_extractor.ts";
import { googlenetPatches } from "./patch_networks.ts";
import { patches } from "./pixels.ts";
import { FormulaWeights } from "./testing/formula_weights.ts";

const ROUNDS = 5;
/** Patches of one picture of the Kodak suite, and of all 24. */
const PATCHES = 6, ALL_PATCHES = 144;

/** Milliseconds of one step. */
interface Time {
  readonly wall: number;
  readonly cpu: number;
}

/** What is timed; `torch` is what the PyTorch side is told. */
interface Subject {
  readonly name: string;
  readonly torch: string;
  run(): Promise<unknown>;
}

function noise(seed: number): RgbImage {
  const uniforms = new Float64Array(3 * 768 * 512);
  fillUniforms(rootKey(seed), uniforms);
  return { width: 768, height: 512, data: Uint8Array.from(uniforms, (value) => 256 * value) };
}

async function subjects(): Promise<Subject[]> {
  const engine = await openTensors();
  console.log(engine.why);
  const weights = new FormulaWeights((network, tensor, [, ...inner]) => ({
    name: `${network} ${tensor}`,
    scale: 2 / Math.sqrt(inner.reduce((product, length) => product * length, 1)),
    offset: 0,
  }));
  const metric = loadMetric("lpips-squeeze", weights);
  if (metric.kind !== "image") throw new Error("LPIPS compares pictures");
  const extractor = new PatchExtractor(googlenetPatches, weights);
  const original = noise(1), received = noise(2);
  return [
    {
      name: "LPIPS-Squeeze of a pair of 768 x 512",
      torch: "lpips",
      run: () => metric.measure(original, received),
    },
    {
      name: `GoogLeNet features of ${PATCHES} patches`,
      torch: `googlenet ${PATCHES}`,
      run: () => extractor.extract(patches(original)),
    },
  ];
}

async function timed(run: () => Promise<unknown>): Promise<Time> {
  const before = process.cpuUsage(), start = performance.now();
  await run();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}

/** PyTorch in a process of its own. */
interface Torch {
  run(what: string): Promise<Time>;
  stop(): Promise<void>;
}

async function openTorch(): Promise<Torch | undefined> {
  const python = "/usr/bin/python3";
  try {
    const check = new Deno.Command(python, { args: ["-c", "import torch"], stderr: "null" });
    if (!(await check.output()).success) throw new Deno.errors.NotFound();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("PyTorch: python3-torch is not installed");
    return undefined;
  }
  const child = new Deno.Command(python, {
    args: [new URL("./testing/torch_networks.py", import.meta.url).pathname],
    env: { OMP_NUM_THREADS: "1" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const write = child.stdin.getWriter();
  const read = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    run: async (what) => {
      await write.write(new TextEncoder().encode(`${what}\n`));
      let text = "";
      while (!text.endsWith("\n")) text += (await read.read()).value ?? "\n";
      const [wall = NaN, cpu = NaN] = text.trim().split(" ").map(Number);
      return { wall, cpu };
    },
    stop: async () => {
      await write.close();
      await read.cancel();
      await child.status;
    },
  };
}

function median(times: readonly Time[], kind: keyof Time): number {
  return times.map((time) => time[kind]).sort((a, b) => a - b)[times.length >> 1] as number;
}

async function compare(): Promise<void> {
  const torch = await openTorch();
  for (const { name, torch: what, run } of await subjects()) {
    const own: Time[] = [], other: Time[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const times = [await timed(run), await torch?.run(what)] as const;
      if (round === 0) continue; // makes primitives and fills the heap
      own.push(times[0]);
      if (times[1]) other.push(times[1]);
    }
    const parts = (["wall", "cpu"] as const).map((kind) => {
      const time = median(own, kind), ratio = median(other, kind) / time;
      const beside = torch ? ` (${ratio.toFixed(2)} times as fast as PyTorch)` : "";
      return `${time.toFixed(0)} ms ${kind}${beside}`;
    });
    console.log(`${name}: ${parts.join(", ")}`);
    if (what.startsWith("googlenet")) {
      const all = median(own, "wall") * ALL_PATCHES / PATCHES / 1000;
      console.log(`  that is ${all.toFixed(1)} s for ${ALL_PATCHES} patches`);
    }
  }
  await torch?.stop();
}

let comparison: Promise<void> | undefined;

Deno.bench({
  name: "network metrics: see the ratios above",
  n: 1,
  warmup: 0,
  fn: async () => await (comparison ??= compare()), // a bench may run more often than it is asked to
});
