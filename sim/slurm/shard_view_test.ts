import { assertEquals } from "@std/assert";
import { DEFAULTS } from "../experiment.ts";
import { type RunRecord, WHOLE } from "../run_record.ts";
import { Store } from "../store.ts";
import { unitId, type UnitKey } from "../unit.ts";
import { ShardView } from "./shard_view.ts";

const RECORD: RunRecord = {
  experiment: { ...DEFAULTS, codecs: [] },
  shard: WHOLE,
  images: "",
  versions: {},
  ended: false,
  failures: [],
};

function put(store: Store, trial: number): string {
  const session = { cbr: 1 / 48, snrDb: 1, channel: "awgn", sideInformation: "ideal" as const };
  const rest = { codec: "toy", options: {}, version: "1", image: "a", snrDb: 1, seed: 1 };
  const key: UnitKey = { ...rest, session, trial };
  const times = { encode: 0, channel: 0, decode: 0, measure: 0 };
  store.put(key, { symbolUses: 1, sideUses: 0, outage: false, metrics: {}, details: {}, times });
  return unitId(key);
}

/** A look takes its time before the next one is made: ask until something is seen. */
async function seen(view: ShardView): Promise<{ units: readonly string[]; ended: boolean }> {
  for (let time = 0; time < 400; time++) {
    const sight = view.look();
    if (sight.units.length > 0 || sight.ended) return sight;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return { units: [], ended: false };
}

Deno.test("a store is seen growing to its end while its task writes, each unit once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/results.sqlite`;
    const view = new ShardView(path);
    assertEquals(view.look(), { units: [], ended: false }, "there is no store yet");
    using store = new Store(path, { sharedFolder: true });
    store.putRun(RECORD);
    const first = [put(store, 0), put(store, 1)].sort();
    assertEquals(await seen(view), { units: first, ended: false });
    const third = put(store, 2);
    assertEquals(await seen(view), { units: [third], ended: false });
    store.putRun({ ...RECORD, ended: true });
    assertEquals(await seen(view), { units: [], ended: true });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what is no store, or not yet one, shows nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/results.sqlite`;
    for (const text of ["", "not a store ".repeat(100)]) {
      await Deno.writeTextFile(path, text);
      assertEquals(new ShardView(path).look(), { units: [], ended: false });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
