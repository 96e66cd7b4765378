import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataError } from "../core/errors.ts";
import { DEFAULTS, type Experiment } from "./experiment.ts";
import { loadPlugins } from "./plugins.ts";
import { WHOLE } from "./run_record.ts";
import { runShard } from "./run_shard.ts";
import { type Observer, pointName, type Round, type RunOptions, Simulation } from "./simulate.ts";
import { Store } from "./store.ts";
import type { Point } from "./summary.ts";

const PLUGIN = new URL("../tests/plugins/raw_pam.ts", import.meta.url).pathname;

/** Fading makes pictures differ by their noise, so that half-widths want more than one round. */
const EXPERIMENT: Experiment = {
  ...DEFAULTS,
  codecs: [{ id: "raw-pam", options: {} }],
  plugins: [PLUGIN],
  images: 2,
  snrDb: [0, 10],
  channels: [{ id: "rayleigh", options: { fading: "block" } }],
  metrics: ["psnr"],
  halfWidth: { psnr: 0.01 },
  trials: 4,
  pictures: 0,
};

const SILENT: Observer = {
  planned: () => {},
  finished: () => {},
  told: () => {},
  warned: (text) => {
    throw new Error(text);
  },
};

const OPTIONS: RunOptions = {
  workers: 1,
  timeLimitMs: 60_000,
  memoryLimitBytes: 2 ** 31,
  tensors: { backend: "wasm" },
  observer: SILENT,
  signal: new AbortController().signal,
};

Deno.test("rounds that are computed elsewhere in two shares decide as those computed here", async () => {
  const plugins = await loadPlugins([PLUGIN]);
  const folder = await Deno.makeTempDir();
  try {
    using here = new Store(`${folder}/here.sqlite`);
    await using simulation = new Simulation(EXPERIMENT, plugins, here, OPTIONS);
    const wanted = await simulation.run();

    using whole = new Store(`${folder}/whole.sqlite`);
    const rounds: number[] = [];
    const elsewhere = async (round: Round): Promise<string[]> => {
      const units: number[] = [];
      for (const index of [1, 2]) {
        using own = new Store(`${folder}/${rounds.length}-${index}.sqlite`, { sharedFolder: true });
        await using share = new Simulation(EXPERIMENT, plugins, own, OPTIONS);
        const result = await runShard(EXPERIMENT, share, own, {
          shard: { index, of: 2 },
          trials: round.trials,
          points: new Set(round.points.map(pointName)),
          known: whole,
          images: round.images,
        });
        units.push(result.units);
        assertEquals(result.failures, []);
      }
      assertEquals(units[0], units[1], "two pictures of one size, two equal shares");
      for (const index of [1, 2]) whole.copyFrom(`${folder}/${rounds.length}-${index}.sqlite`);
      rounds.push(round.trials.length);
      return [];
    };
    await using parted = new Simulation(EXPERIMENT, plugins, whole, { ...OPTIONS, elsewhere });
    const got = await parted.run();
    assert(rounds.length > 1, `several rounds: ${rounds}`);
    assertEquals(got.points.map(withoutTimes), wanted.points.map(withoutTimes));
    assertEquals(got.failures, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function withoutTimes(point: Point): Point {
  return { ...point, encodeMs: 0, decodeMs: 0 };
}

Deno.test("a picture that is another one on this machine is refused by name", async () => {
  const plugins = await loadPlugins([PLUGIN]);
  using store = new Store(":memory:");
  await using simulation = new Simulation(EXPERIMENT, plugins, store, OPTIONS);
  await simulation.prepare();
  const [first, ...others] = simulation.images;
  assert(first);
  const images = [{ ...first, digest: "0".repeat(32) }, ...others];
  await assertRejects(
    () => runShard(EXPERIMENT, simulation, store, { shard: WHOLE, trials: [0], images }),
    DataError,
    `image "${first.name}" of "builtin" is another one on this machine`,
  );
});
