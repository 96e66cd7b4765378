/**
 * What the simulator itself costs: start-up, two workers against one, and the share of the time that
 * is neither encode, channel, decode nor metric. On the built-in scenes, or on Kodak where
 * SEMCAST_ASSETS names a folder that has it.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

const ROOT = new URL("../", import.meta.url);
const DATA = Deno.env.has("SEMCAST_ASSETS") ? "kodak" : "builtin";
const SWEEP = ["--data", DATA, "--images", "4", "--codecs", "bpg-capacity", "--snr", "5,10"];
const once = { n: 1, warmup: 0 } as const;

async function sim(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "sim/cli/sim.ts", ...args],
    cwd: ROOT,
    stdout: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Runs a sweep into an empty folder; returns the share of worker time that no unit accounts for. */
async function overhead(workers: number): Promise<number> {
  const out = await Deno.makeTempDir();
  try {
    const start = performance.now();
    await sim(...SWEEP, "--workers", String(workers), "--out", out, "--quiet");
    const wall = performance.now() - start;
    const store = new DatabaseSync(`${out}/results.sqlite`, { readOnly: true });
    const row = store.prepare(
      "SELECT sum(encode_ms + channel_ms + decode_ms + measure_ms) AS ms FROM unit",
    ).get();
    store.close();
    return 1 - Number(row?.["ms"]) / (wall * workers);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

Deno.bench("start-up: deno task sim --help", async () => await sim("--help"));

for (const workers of [1, 2]) {
  Deno.bench({
    name: `sweep of 4 ${DATA} pictures, ${workers} worker${workers > 1 ? "s" : ""}`,
    group: "sweep",
    baseline: workers === 1,
    ...once,
    fn: async () => {
      const share = await overhead(workers);
      console.log(`overhead with ${workers} worker(s): ${(100 * share).toFixed(1)} %`);
    },
  });
}
