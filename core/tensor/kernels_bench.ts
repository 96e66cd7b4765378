/**
 * Convolutions of the sizes of learned codecs, forward and both gradients, on every pack and on the
 * bare wasm backend of tfjs: in turn, in one run, as CPU milliseconds of one thread and ratios.
 * `deno bench -A core/tensor/kernels_bench.ts`.
 *
 * @module
 */
import process from "node:process";
import { EngineWorker } from "./testing/engine_worker.ts";

const ROUNDS = 5;
/** Filter, stride, height, width, from, to. */
const CONVOLUTIONS = [
  "3 1 96 64 128 128",
  "3 1 384 256 32 32",
  "5 2 128 128 64 128",
  "5 2 512 768 3 64",
];

async function engines(): Promise<EngineWorker[]> {
  const opened = [
    await EngineWorker.open("tfjs", "tfjs"),
    await EngineWorker.open("companion, plain", { portable: true }),
    await EngineWorker.open("companion, relaxed", { backend: "wasm", native: false }),
    await EngineWorker.open("oneDNN", { backend: "wasm", native: true }),
  ];
  return opened.filter((engine) => engine !== undefined);
}

/** Least CPU milliseconds of a job for each engine; undefined where it cannot do it. */
async function measure(
  present: readonly EngineWorker[],
  job: string,
): Promise<(number | undefined)[]> {
  const best: (number | undefined)[] = present.map(() => undefined);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, engine] of present.entries()) {
      const before = process.cpuUsage();
      if (await engine.run(job) === undefined) continue;
      const { user, system } = process.cpuUsage(before), ms = (user + system) / 1000;
      if (round > 0) best[index] = Math.min(best[index] ?? Infinity, ms);
    }
  }
  return best;
}

Deno.bench({
  name: "convolutions by pack: see the table above",
  n: 1,
  warmup: 0,
  fn: async () => await (comparison ??= compare()),
});

let comparison: Promise<void> | undefined; // a bench may run more often than it is asked to

async function compare(): Promise<void> {
  const present = await engines();
  for (const sizes of CONVOLUTIONS) {
    for (const what of ["forward", "gradient-x", "gradient-filter"]) {
      const times = await measure(present, `${what} ${sizes}`), [tfjs] = times;
      const cells = present.map(({ name }, index) => {
        const ms = times[index];
        if (ms === undefined) return `${name}: none`;
        return `${name}: ${ms.toFixed(1)} ms${tfjs ? ` (${(tfjs / ms).toFixed(1)} x)` : ""}`;
      });
      console.log(`${what} ${sizes}: ${cells.join(", ")}`);
    }
  }
  for (const engine of present) engine.stop();
}
