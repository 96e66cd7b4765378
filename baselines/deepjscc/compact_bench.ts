/**
 * Preset `compact` beside its twin in PyTorch (Debian's python3-torch): a training step of 8 crops of
 * 128x128, and a picture of 768x512 there and back, in turns in one run, as ratios. On a machine that
 * does other work the CPU time of one thread says more than the wall time.
 * `deno bench -A baselines/deepjscc/`.
 *
 * @module
 */
const ROUNDS = 5;

/** Milliseconds of one run. */
interface Time {
  readonly wall: number;
  /** Of all threads of the process. */
  readonly cpu: number;
}

/** A process that runs the job once for each line. */
class Runner {
  readonly times: Time[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #write: WritableStreamDefaultWriter<Uint8Array>;
  readonly #read: ReadableStreamDefaultReader<string>;

  constructor(readonly name: string, program: string, args: readonly string[], threads: number) {
    this.#child = new Deno.Command(program, {
      args: [...args],
      env: { OMP_NUM_THREADS: `${threads}` },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#write = this.#child.stdin.getWriter();
    this.#read = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async run(keep: boolean): Promise<void> {
    await this.#write.write(new TextEncoder().encode("\n"));
    let text = "";
    while (!text.endsWith("\n")) {
      const { value, done } = await this.#read.read();
      if (done) throw new Error(`${this.name} ended`);
      text += value;
    }
    const [wall = NaN, cpu = NaN] = text.trim().split(" ").map(Number);
    if (keep) this.times.push({ wall, cpu });
  }

  async stop(): Promise<void> {
    await this.#write.close();
    await this.#read.cancel();
    await this.#child.status;
  }

  median(kind: keyof Time): number {
    const sorted = this.times.map((time) => time[kind]).sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? NaN;
  }
}

async function hasTorch(): Promise<boolean> {
  try {
    const check = new Deno.Command("/usr/bin/python3", { args: ["-c", "import torch"] });
    return (await check.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function path(name: string): string {
  return new URL(`./testing/${name}`, import.meta.url).pathname;
}

async function compare(job: "step" | "picture", threads: number): Promise<void> {
  if (!await hasTorch()) {
    console.log("PyTorch: python3-torch is not installed");
    return;
  }
  const deno = ["run", "-A", path("sample_timing.ts"), job, `${threads}`];
  const runners = [
    new Runner(
      "PyTorch",
      "/usr/bin/python3",
      [path("sample_timing.py"), job, `${threads}`],
      threads,
    ),
    new Runner("native", Deno.execPath(), [...deno, "native"], threads),
  ];
  if (threads === 1) runners.push(new Runner("wasm", Deno.execPath(), [...deno, "wasm"], 1));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const runner of runners) await runner.run(round > 0); // the first makes primitives
  }
  const [torch] = runners as [Runner];
  for (const runner of runners) {
    const parts = (["wall", "cpu"] as const).map((kind) => {
      const ratio = torch.median(kind) / runner.median(kind);
      return `${runner.median(kind).toFixed(0)} ms ${kind} (${ratio.toFixed(2)} times as fast)`;
    });
    console.log(`${job}, ${threads} thread(s), ${runner.name}: ${parts.join(", ")}`);
    await runner.stop();
  }
}

for (const job of ["step", "picture"] as const) {
  for (const threads of [1, 2]) {
    let comparison: Promise<void> | undefined; // a bench may run more often than it is asked to
    Deno.bench({
      name: `compact: ${job}, ${threads} thread(s): see the ratios above`,
      n: 1,
      warmup: 0,
      fn: async () => await (comparison ??= compare(job, threads)),
    });
  }
}
