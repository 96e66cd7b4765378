import { assert, assertEquals } from "@std/assert";
import type { ChannelPlugin } from "../core/channel.ts";
import type { CodecPlugin } from "../core/codec.ts";
import { Registry } from "../core/registry.ts";
import { awgn } from "../channels/awgn.ts";
import { rayleigh } from "../channels/rayleigh.ts";
import { DEFAULTS, type Experiment } from "./experiment.ts";
import { missingGroups, type PlannedImage, planPoints, unitKey } from "./plan.ts";
import type { ImporterSource, Plugins, TrainableSource } from "./plugins.ts";
import { Store } from "./store.ts";
import { unitId } from "./unit.ts";

const codec: CodecPlugin<{ mcs: number | string }> = {
  id: "toy",
  title: "Toy",
  reference: "none",
  options: {
    mcs: {
      type: "integer-or-word",
      words: ["auto", "best"],
      default: "auto",
      min: 0,
      max: 9,
      text: "MCS",
    },
  },
  rate: "per-image",
  variants: ({ mcs }) => mcs === "best" ? [{ mcs: 1 }, { mcs: 2 }] : [],
  create: () => Promise.reject(new Error("not in a plan")),
};

const plugins: Plugins = {
  codecs: new Registry<CodecPlugin>("codec"),
  channels: new Registry<ChannelPlugin>("channel"),
  trainables: new Registry<TrainableSource>("trainable codec"),
  importers: new Registry<ImporterSource>("codec with an importer"),
};
plugins.codecs.register(codec as unknown as CodecPlugin);
for (const channel of [awgn, rayleigh]) plugins.channels.register(channel as ChannelPlugin);

function experiment(change: Partial<Experiment>): Experiment {
  return { ...DEFAULTS, codecs: [{ id: "toy", options: {} }], snrDb: [0, 5], ...change };
}

Deno.test("points come channel by channel, CBR by CBR, codec by codec, SNR by SNR", () => {
  const points = planPoints(
    experiment({
      codecs: [{ id: "toy", options: {} }, { id: "toy", options: { mcs: "3" } }],
      cbr: ["1/48", "1/16"],
      channels: [{ id: "awgn", options: {} }, { id: "rayleigh", options: { fading: "symbol" } }],
    }),
    plugins,
  );
  assertEquals(points.length, 2 * 2 * 2 * 2);
  const rows = points.map(({ session, cbrTarget, codec, snrDb }) =>
    [session.channel, cbrTarget, codec.label, snrDb].join(" ")
  );
  assertEquals(rows.slice(0, 5), [
    "awgn 1/48 Toy 0",
    "awgn 1/48 Toy 5",
    "awgn 1/48 Toy (mcs=3) 0",
    "awgn 1/48 Toy (mcs=3) 5",
    "awgn 1/16 Toy 0",
  ]);
  assertEquals(rows[8], "rayleigh:fading=symbol 1/48 Toy 0");
});

Deno.test("every assumed SNR meets every true one, and a pair that comes twice is run once", () => {
  const points = planPoints(experiment({ assumedSnrDb: ["true", 5] }), plugins);
  assertEquals(points.map(({ snrDb, session }) => [snrDb, session.snrDb]), [[0, 0], [5, 5], [
    0,
    5,
  ]]);
});

Deno.test("an option that stands for a choice becomes its variants, under one label", () => {
  const points = planPoints(
    experiment({ codecs: [{ id: "toy", options: { mcs: "best" } }], snrDb: [0] }),
    plugins,
  );
  assertEquals(points.map(({ codec }) => codec.request.options), [{ mcs: 1 }, { mcs: 2 }]);
  assertEquals(new Set(points.map(({ codec }) => codec.label)), new Set(["Toy (mcs=best)"]));
  assertEquals(points.map(({ codec }) => codec.variantOf), [{ mcs: "best" }, { mcs: "best" }]);
});

Deno.test("missing units are grouped by picture and codec, and what is stored is not missing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/results.sqlite`);
    const images: PlannedImage[] = ["a", "b"].map((name) => ({
      name,
      digest: name,
      width: 1,
      height: 1,
    }));
    const points = planPoints(experiment({}), plugins)
      .map((point) => ({ ...point, version: "1", notes: [] }));
    const what = { seed: 1, metrics: ["psnr"] };
    const groups = missingGroups(points, images, [0, 1], what, store);
    assertEquals(groups.map(({ image, keys }) => [image.name, keys.size]), [["a", 4], ["b", 4]]);
    assertEquals(groups[0]!.tasks.map(({ session, units }) => [session.snrDb, units.length]), [
      [0, 2],
      [5, 2],
    ]);
    const done = unitKey(points[0]!, "1", images[0]!, 1, 1);
    store.put(done, {
      symbolUses: 1,
      sideUses: 0,
      outage: false,
      metrics: { psnr: 30 },
      details: {},
      times: { encode: 1, channel: 1, decode: 1, measure: 1 },
    });
    const [first] = missingGroups(points, images, [0, 1], what, store);
    assertEquals(first!.keys.size, 3);
    assert(!first!.keys.has(unitId(done)));
    assertEquals(
      missingGroups(points, images, [1], { ...what, metrics: ["ssim"] }, store).length,
      2,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
