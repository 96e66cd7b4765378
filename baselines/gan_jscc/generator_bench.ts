/**
 * The published generator, width 256, on the fastest CPU path beside PyTorch with the same layers
 * (Debian's python3-torch): in turn, in one run, as ratios. On a machine that does other work the CPU
 * time says more than the wall time. `deno bench -A baselines/gan_jscc/`.
 *
 * Debian's PyTorch calls whatever BLAS is installed for its transposed convolutions: without
 * libopenblas0 that is the reference one, many times slower, and the ratio says nothing.
 *
 * `SEMCAST_BENCH_SIZE=768x512` takes a Kodak picture's size (1.4 TFLOP a run).
 *
 * @module
 */
import process from "node:process";
import { rootKey } from "../../core/random.ts";
import { openTensors, type TensorEngine, tf } from "../../core/tensor/backend.ts";
import { initialise, Parameters } from "../../core/tensor/nn/parameters.ts";
import { generate, generatorParameters } from "./generator.ts";
import { WIDTH } from "./networks.ts";

const [COLUMNS = 0, ROWS = 0] = (Deno.env.get("SEMCAST_BENCH_SIZE") ?? "96x64").split("x")
  .map((side) => Number(side) / 4);
const THREADS = 1;
const ROUNDS = 3;
const LATENT = 2;

/** Milliseconds of one picture. */
interface Time {
  readonly wall: number;
  /** Of all threads of the process. */
  readonly cpu: number;
}

/** Something whose runs are timed. */
interface Runner {
  readonly name: string;
  run(): Promise<Time>;
  stop(): Promise<void>;
}

async function semcast(): Promise<Runner> {
  const engine: TensorEngine = await openTensors({ backend: "wasm", threads: THREADS });
  const tensors = initialise(generatorParameters(LATENT, WIDTH), rootKey(1));
  const y = tf.randomNormal<tf.Rank.R4>([1, ROWS, COLUMNS, LATENT], 0, 1, "float32", 1);
  const snrDb: tf.Tensor2D = tf.fill([1, 1], 10);
  return {
    name: `semcast (${engine.packs.join(", ")})`,
    run: async () => {
      const cpu = process.cpuUsage(), start = performance.now();
      const x = generate(new Parameters(tensors), y, snrDb);
      await x.data();
      x.dispose();
      const { user, system } = process.cpuUsage(cpu);
      return { wall: performance.now() - start, cpu: (user + system) / 1000 };
    },
    stop: () => Promise.resolve(tf.dispose([y, snrDb, ...tensors.values()])),
  };
}

async function torch(): Promise<Runner | undefined> {
  const python = "/usr/bin/python3";
  try {
    const check = new Deno.Command(python, { args: ["-c", "import torch"], stderr: "null" });
    if (!(await check.output()).success) throw new Deno.errors.NotFound();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("PyTorch: python3-torch is not installed");
    return undefined;
  }
  const script = new URL("./testing/generator_run.py", import.meta.url).pathname;
  const child = new Deno.Command(python, {
    args: [script, `${ROWS}`, `${COLUMNS}`],
    env: { OMP_NUM_THREADS: `${THREADS}` },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const write = child.stdin.getWriter();
  const read = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    name: "PyTorch",
    run: async () => {
      await write.write(new TextEncoder().encode("\n"));
      let line = "";
      while (!line.endsWith("\n")) line += (await read.read()).value ?? "\n";
      const [wall = NaN, cpu = NaN] = line.trim().split(" ").map(Number);
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
  return times.map((time) => time[kind]).sort((a, b) => a - b)[times.length >> 1] ?? NaN;
}

async function compare(): Promise<void> {
  const own = await semcast(), other = await torch();
  const runners = other ? [other, own] : [own];
  const times = new Map(runners.map((runner) => [runner, [] as Time[]]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [runner, list] of times) {
      const time = await runner.run();
      if (round > 0) list.push(time); // the first makes primitives and fills the heap
    }
  }
  const size = `${4 * COLUMNS}x${4 * ROWS}, ${THREADS} thread`;
  for (const [{ name }, list] of times) {
    const parts = (["wall", "cpu"] as const).map((kind) => {
      const ratio = median([...times.values()][0] ?? [], kind) / median(list, kind);
      return `${median(list, kind).toFixed(0)} ms ${kind} (${ratio.toFixed(2)} times as fast)`;
    });
    console.log(`${size}, ${name} beside ${runners[0]?.name}: ${parts.join(", ")}`);
  }
  for (const runner of runners) await runner.stop();
}

let comparison: Promise<void> | undefined;

Deno.bench({
  name: `published generator, ${4 * COLUMNS}x${4 * ROWS}: see the ratios above`,
  n: 1,
  warmup: 0,
  fn: async () => await (comparison ??= compare()), // a bench may run more often than it is asked to
});
