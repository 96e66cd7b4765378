import { assert, assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { DataError } from "../core/errors.ts";
import { DEFAULTS, type Experiment } from "./experiment.ts";
import { agree, openSources, type Source } from "./merge.ts";
import { type RunRecord, WHOLE } from "./run_record.ts";
import { Store } from "./store.ts";
import type { UnitKey, UnitResult } from "./unit.ts";

const EXPERIMENT: Experiment = { ...DEFAULTS, codecs: [{ id: "toy", options: {} }] };

function record(change: Partial<RunRecord> = {}): RunRecord {
  return {
    experiment: EXPERIMENT,
    shard: WHOLE,
    images: "pictures",
    versions: { toy: ["1"] },
    ended: true,
    failures: [],
    ...change,
  };
}

function source(name: string, ...records: RunRecord[]): Source {
  return { name, path: `/nowhere/${name}/results.sqlite`, records };
}

function key(trial: number): UnitKey {
  const session = { cbr: 1 / 48, snrDb: 1, channel: "awgn", sideInformation: "ideal" as const };
  return {
    codec: "toy",
    options: {},
    version: "1",
    session,
    image: "a",
    snrDb: 1,
    trial,
    seed: 1,
  };
}

function result(psnr: number): UnitResult {
  return {
    symbolUses: 8,
    sideUses: 0,
    outage: false,
    metrics: { psnr },
    details: {},
    times: { encode: 1, channel: 1, decode: 1, measure: 1 },
  };
}

async function inStores(work: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("shares of one experiment agree, wherever their pictures and plugins lie", () => {
  const elsewhere = { ...EXPERIMENT, data: "/scratch/kodak", plugins: ["/home/me/toy.ts"] };
  const first = record({ shard: { index: 1, of: 2 } });
  const second = record({ experiment: elsewhere, shard: { index: 2, of: 2 } });
  assertEquals(agree([source("a", first), source("b", second)]).records, [first, second]);
});

Deno.test("a store of another experiment is refused, with its name and what differs", () => {
  const others: [Partial<RunRecord>, string][] = [
    [{ experiment: { ...EXPERIMENT, snrDb: [2] } }, "snrDb is [2] and not [1,4,7,10,13]"],
    [{ experiment: { ...EXPERIMENT, seed: 9 } }, "seed is 9 and not 1"],
    [{ images: "others" }, "the pictures"],
  ];
  for (const [change, text] of others) {
    const error = assertThrows(
      () => agree([source("a", record()), source("odd", record(change))]),
      DataError,
      text,
    );
    assert(error.message.startsWith('"odd"'), error.message);
  }
});

Deno.test("a store of another version is refused, with its name and the codec", () => {
  const odd = source("odd", record({ versions: { toy: ["2"] } }));
  const error = assertThrows(() => agree([source("a", record()), odd]), DataError);
  assert(/"odd" .*toy is 2 and not 1/.test(error.message), error.message);
});

Deno.test("a machine that could not run a codec has no other version of it", () => {
  const without = record({ shard: { index: 2, of: 2 }, versions: {}, failures: ["toy: no GPU"] });
  const records = agree([source("a", record()), source("b", without)]).records;
  assertEquals(records.flatMap(({ failures }) => failures), ["toy: no GPU"]);
});

Deno.test("of stores that were filled for several experiments the common one is merged", () => {
  const common = record({ experiment: { ...EXPERIMENT, seed: 7 } });
  const { record: found } = agree([source("a", record(), common), source("b", common)]);
  assertEquals(found.experiment.seed, 7);
});

Deno.test("copying a store brings every table, keeps what was there, and may be repeated", () =>
  inStores((folder) => {
    using one = new Store(`${folder}/one.sqlite`);
    using two = new Store(`${folder}/two.sqlite`, { sharedFolder: true });
    one.put(key(0), result(30));
    two.put(key(0), { ...result(31), metrics: { psnr: 31, ssim: 0.9 } });
    two.put(key(1), result(NaN));
    two.putImage("a", "name", 8, 8);
    two.putPicture("a", Uint8Array.of(1, 2, 3));
    two.putFeatures("a", { net: [Float32Array.of(1, 2)] });
    two.claimMetric("lpips", "weights");
    two.putEngine("wasm");
    two.putRun(record());
    for (let time = 0; time < 2; time++) one.copyFrom(two.path);
    const db = (store: Store): string => JSON.stringify(dump(store.path));
    const [merged, copied] = [dump(one.path), dump(two.path)];
    for (const [table, rows] of Object.entries(copied)) {
      if (table === "run") continue;
      assert(rows.length > 0, `the test fills the table ${table}, and so must whoever adds one`);
      assertEquals(merged[table]?.length, rows.length, table);
    }
    assertEquals(merged["run"], [], "the store was not filled for that run");
    const psnr = merged["measure"]!.filter(({ metric }) => metric === "psnr");
    assertEquals(psnr.map(({ value }) => value).sort(), [30, null], "the first value stays");
    assert(db(one).includes("0.9"), "a further metric of the same unit comes along");
  }));

function dump(path: string): Record<string, Record<string, unknown>[]> {
  using db = new DatabaseSync(path, { readOnly: true });
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  return Object.fromEntries(
    tables.map(({ name }) => [String(name), db.prepare(`SELECT * FROM "${name}"`).all()]),
  );
}

Deno.test("values of a metric that were made with other weights are not copied", () =>
  inStores((folder) => {
    using one = new Store(`${folder}/one.sqlite`);
    using two = new Store(`${folder}/two.sqlite`);
    one.claimMetric("lpips", "these weights");
    two.claimMetric("lpips", "those weights");
    two.put(key(0), result(30));
    assertThrows(() => one.copyFrom(two.path), DataError, "those weights");
    assertEquals(dump(one.path)["unit"], []);
  }));

Deno.test("what is no store, or does not say what it holds, is refused by name", () =>
  inStores((folder) => {
    assertThrows(() => openSources([`${folder}/none`]), DataError, "none");
    assertThrows(() => openSources([folder]), DataError, "results.sqlite");
    Deno.writeTextFileSync(`${folder}/text`, "hello");
    assertThrows(() => openSources([`${folder}/text`]), DataError, "text");
    new Store(`${folder}/results.sqlite`)[Symbol.dispose]();
    assertThrows(() => openSources([folder]), DataError, "does not say");
    using store = new Store(`${folder}/results.sqlite`);
    store.putRun(record({ shard: { index: 2, of: 3 } }));
    const [found] = openSources([folder]);
    assertEquals(found?.records, [record({ shard: { index: 2, of: 3 } })]);
  }));
