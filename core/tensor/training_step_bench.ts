/**
 * One training step of the autoencoder of testing/autoencoder.ts on every pack, beside PyTorch where
 * Debian's python3-torch is: in turn, in one run, as ratios. On a machine that does other work the
 * CPU time of one thread says more than the wall time. `deno bench -A core/tensor/`.
 *
 * Debian's PyTorch calls whatever BLAS is installed: without libopenblas0 that is the reference
 * one, its transposed convolutions take four times as long, and the ratios say nothing.
 *
 * @module
 */
import process from "node:process";
import type { TensorOptions } from "./backend.ts";
import { EngineWorker } from "./testing/engine_worker.ts";

const BATCH = 16;
const ROUNDS = 5;

/** Milliseconds of one step. */
interface Time {
  readonly wall: number;
  /** Of all threads of the process. */
  readonly cpu: number;
}

/** Something whose steps are timed. */
interface Runner {
  readonly name: string;
  step(): Promise<Time>;
  stop(): Promise<void>;
}

async function worker(name: string, options: TensorOptions): Promise<Runner | undefined> {
  const engine = await EngineWorker.open(name, options);
  return engine && {
    name,
    step: async () => {
      const before = process.cpuUsage(), wall = await engine.run(`step ${BATCH}`);
      if (wall === undefined) throw new Error(`${name}: a step failed`);
      const { user, system } = process.cpuUsage(before);
      return { wall, cpu: (user + system) / 1000 };
    },
    stop: () => Promise.resolve(engine.stop()),
  };
}

async function torch(threads: number): Promise<Runner | undefined> {
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
    args: [new URL("./testing/torch_step.py", import.meta.url).pathname, `${threads}`, `${BATCH}`],
    env: { OMP_NUM_THREADS: `${threads}` },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const write = child.stdin.getWriter();
  const read = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const line = async (): Promise<string> => {
    let text = "";
    while (!text.endsWith("\n")) text += (await read.read()).value ?? "\n";
    return text;
  };
  return {
    name: "PyTorch",
    step: async () => {
      await write.write(new TextEncoder().encode("\n"));
      const [wall = NaN, cpu = NaN] = (await line()).trim().split(" ").map(Number);
      return { wall, cpu };
    },
    stop: async () => {
      await write.close();
      await read.cancel();
      await child.status;
    },
  };
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1]!;
}

async function compare(threads: number): Promise<void> {
  const wasm = { backend: "wasm", native: false } as const;
  const native = await worker("oneDNN", { backend: "wasm", native: true, threads });
  const runners = [await torch(threads), native];
  if (threads === 1) {
    runners.push(await worker("companion, relaxed SIMD", wasm));
    runners.push(await worker("companion, plain SIMD", { portable: true }));
  }
  const present = runners.filter((runner) => runner !== undefined);
  const times = new Map(present.map((runner) => [runner, [] as Time[]]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const runner of present) {
      const time = await runner.step();
      if (round > 0) times.get(runner)!.push(time); // the first makes primitives and fills the heap
    }
  }
  report(threads, times);
  for (const runner of present) await runner.stop();
}

function report(threads: number, times: ReadonlyMap<Runner, readonly Time[]>): void {
  const [[first, reference]] = [...times] as [[Runner, readonly Time[]]];
  const middle = (list: readonly Time[], kind: keyof Time): number =>
    median(list.map((t) => t[kind]));
  for (const [{ name }, list] of times) {
    const parts = (["wall", "cpu"] as const).map((kind) => {
      const ratio = middle(reference, kind) / middle(list, kind);
      return `${middle(list, kind).toFixed(0)} ms ${kind} (${ratio.toFixed(2)} times as fast)`;
    });
    console.log(`${threads} thread(s), ${name} against ${first.name}: ${parts.join(", ")}`);
  }
}

const comparisons = new Map<number, Promise<void>>();

/** A bench may run more often than it is asked to. */
function once(threads: number): Promise<void> {
  let comparison = comparisons.get(threads);
  if (!comparison) comparisons.set(threads, comparison = compare(threads));
  return comparison;
}

for (const threads of [1, 2]) {
  Deno.bench({
    name: `training step, batch of ${BATCH}, ${threads} thread(s): see the ratios above`,
    n: 1,
    warmup: 0,
    fn: async () => await once(threads),
  });
}
