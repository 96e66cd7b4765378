/**
 * Denoising on the fastest CPU path: one step of the published U-Net beside PyTorch with the same
 * layers (Debian's python3-torch; its quickest forms of them), in turn, in one run, as ratios; and the steps of `compact` with all
 * that the receiver does before them. On a machine that does other work the CPU time says more than
 * the wall time.
 *
 *     deno bench -A core/cdm_jscc/
 *
 * `SEMCAST_BENCH_SIZE=768x512` takes a Kodak picture's size for the published U-Net (774 GFLOP).
 * `SEMCAST_BENCH_NATIVE=0` measures the kernels of plain wasm.
 *
 * @module
 */
import process from "node:process";
import { rootKey } from "../random.ts";
import { openTensors, tf } from "../tensor/backend.ts";
import { initialise, Parameters, under } from "../tensor/nn/parameters.ts";
import { COMPACT, mostSymbols, PAPER, PATCH } from "./architecture.ts";
import { showPicture } from "./inference.ts";
import { declareNetworks, NETWORKS } from "./networks.ts";
import { torchPython } from "./sample_python.ts";
import { unet, unetParameters } from "./unet.ts";

const [WIDTH = 0, HEIGHT = 0] = (Deno.env.get("SEMCAST_BENCH_SIZE") ?? "192x128").split("x")
  .map(Number);
const NATIVE = Deno.env.get("SEMCAST_BENCH_NATIVE") !== "0";
const ROUNDS = 3;
const STEPS = 17;

/** Milliseconds. */
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

async function engineName(): Promise<string> {
  const engine = await openTensors(NATIVE ? {} : { backend: "wasm", native: false });
  return `semcast (${engine.packs.join(", ")})`;
}

async function timed(work: () => tf.Tensor): Promise<Time> {
  const cpu = process.cpuUsage(), start = performance.now();
  const made = work();
  await made.data();
  made.dispose();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}

async function semcast(): Promise<Runner> {
  const name = await engineName();
  const tensors = initialise(under(NETWORKS.unet, unetParameters(PAPER)), rootKey(1));
  const random = (scale: number, channels: number): tf.Tensor4D =>
    tf.randomNormal([1, HEIGHT / scale, WIDTH / scale, channels], 0, 1, "float32", channels);
  const maps = [random(1, 64), random(2, 64), random(4, 128), random(8, 192)];
  const x = random(1, 3), t = tf.tensor2d([[0.4]]);
  const network = new Parameters(tensors).at(NETWORKS.unet);
  return {
    name,
    step: () => timed(() => unet(network, x, t, { maps, picture: null }, PAPER)),
    stop: () => Promise.resolve(tf.dispose([x, t, ...maps, ...tensors.values()])),
  };
}

function torch(): Runner | undefined {
  if (!torchPython) return undefined;
  const script = new URL("torch_unet_step.py", import.meta.url).pathname;
  const child = new Deno.Command(torchPython, {
    args: [script, `${WIDTH}`, `${HEIGHT}`],
    env: { OMP_NUM_THREADS: "1" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const write = child.stdin.getWriter();
  const read = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    name: "PyTorch",
    step: async () => {
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

async function comparePublished(): Promise<void> {
  const own = await semcast(), other = torch();
  const runners = other ? [other, own] : [own];
  const times = new Map(runners.map((runner) => [runner, [] as Time[]]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [runner, list] of times) {
      const time = await runner.step();
      if (round > 0) list.push(time); // the first makes primitives and fills the heap
    }
  }
  for (const [{ name }, list] of times) {
    const parts = (["wall", "cpu"] as const).map((kind) => {
      const ratio = median([...times.values()][0] ?? [], kind) / median(list, kind);
      return `${median(list, kind).toFixed(0)} ms ${kind} (${ratio.toFixed(2)} times as fast)`;
    });
    console.log(`paper, one step at ${WIDTH}x${HEIGHT}, ${name}: ${parts.join(", ")}`);
  }
  for (const runner of runners) await runner.stop();
}

/** Everything that the receiver does for one picture. */
async function timeCompact(width: number, height: number): Promise<void> {
  const name = await engineName(), tensors = initialise(declareNetworks(COMPACT), rootKey(1));
  const grid = { height: height / PATCH, width: width / PATCH };
  const positions = grid.height * grid.width, most = mostSymbols(COMPACT);
  const received = {
    ...grid,
    indices: new Uint8Array(positions).fill(4),
    symbols: new Float32Array(positions * most).fill(0.3),
    variances: new Float32Array(positions * most).fill(0.05),
    variance: 0.05,
  };
  const { wall, cpu } = await timed(() =>
    showPicture(new Parameters(tensors), COMPACT, received, {
      steps: STEPS,
      sampler: "deterministic",
      prediction: "x",
      gamma: 0.8,
      key: rootKey(1),
    })
  );
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  console.log(
    `compact, ${STEPS} steps at ${width}x${height}, ${name}: ${seconds(wall)} s wall, ` +
      `${seconds(cpu)} s cpu`,
  );
  tf.dispose([...tensors.values()]);
}

const done = new Map<string, Promise<void>>();

/** A bench may run more often than it is asked to. */
function once(name: string, work: () => Promise<void>): void {
  Deno.bench({
    name: `${name}: see above`,
    n: 1,
    warmup: 0,
    fn: async () => {
      if (!done.has(name)) done.set(name, work());
      await done.get(name);
    },
  });
}

once(`published U-Net, one step at ${WIDTH}x${HEIGHT}`, comparePublished);
once(`compact, ${STEPS} steps at 256x256`, () => timeCompact(256, 256));
once(`compact, ${STEPS} steps at 768x512`, () => timeCompact(768, 512));
