import { assert, assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../core/errors.ts";
import { Store } from "./store.ts";
import { unitId, type UnitKey, type UnitResult } from "./unit.ts";

const key: UnitKey = {
  codec: "bpg-capacity",
  options: {},
  version: "1",
  session: { cbr: 1 / 48, snrDb: 10, channel: "awgn", sideInformation: "ideal" },
  image: "00",
  snrDb: 10,
  trial: 0,
  seed: 1,
};
const result: UnitResult = {
  symbolUses: 100,
  sideUses: 1,
  outage: false,
  metrics: { psnr: 0.1 + 0.2, "ms-ssim": NaN, lossless: Infinity },
  details: { quality: 32 },
  times: { encode: 1.5, channel: 0.25, decode: 3, measure: 4 },
};

async function inFolder(work: (path: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(`${folder}/results.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a result comes back exactly, NaN and infinity too, from a store opened again", () =>
  inFolder((path) => {
    {
      using store = new Store(path);
      store.put(key, result);
      store.put(key, { ...result, symbolUses: 7 }); // what is there stays
    }
    using store = new Store(path);
    assertEquals(store.get(unitId(key), ["psnr"]), result);
    assertEquals(store.meanUnitMs("bpg-capacity"), 8.75);
    assertEquals(store.meanUnitMs("other"), undefined);
  }));

Deno.test("a unit whose metric is missing is missing, and gets it without losing the others", () =>
  inFolder((path) => {
    using store = new Store(path);
    store.put(key, { ...result, metrics: { psnr: 30 } });
    assertEquals(store.get(unitId(key), ["psnr", "ssim"]), undefined);
    store.put(key, { ...result, metrics: { psnr: 99, ssim: 1 } });
    assertEquals(store.get(unitId(key), ["psnr", "ssim"])?.metrics, { psnr: 30, ssim: 1 });
  }));

Deno.test("the id of a unit depends on all that determines its result, not on key order", () => {
  const changed: Partial<UnitKey>[] = [
    { codec: "x" },
    { options: { effort: 9 } },
    { version: "2" },
    { session: { ...key.session, snrDb: 9 } },
    { session: { ...key.session, cbr: 1 / 16 } },
    { image: "01" },
    { snrDb: 9 },
    { trial: 1 },
    { seed: 2 },
  ];
  const ids = new Set([unitId(key), ...changed.map((change) => unitId({ ...key, ...change }))]);
  assertEquals(ids.size, changed.length + 1);
  const reversed = Object.fromEntries(Object.entries(key).reverse()) as unknown as UnitKey;
  assertEquals(unitId(reversed), unitId(key));
});

Deno.test("a damaged store is refused by name and left as it is", () =>
  inFolder(async (path) => {
    {
      using store = new Store(path);
      for (let trial = 0; trial < 200; trial++) store.put({ ...key, trial }, result);
    }
    const whole = await Deno.readFile(path);
    const middle = Uint8Array.from(whole);
    for (let at = 4096; at < 8192; at++) middle[at] = at * 31;
    const damaged: Uint8Array[] = [
      middle,
      whole.slice(0, whole.length / 2),
      new TextEncoder().encode("not a database at all, but long enough to look like a file"),
    ];
    for (const bytes of damaged) {
      await Deno.writeFile(path, bytes);
      const error = assertThrows(() => new Store(path), DataError, "left as it is");
      assert(error.message.includes(path));
      assertEquals(await Deno.readFile(path), bytes);
    }
  }));

Deno.test("another program's database is refused", () =>
  inFolder(async (path) => {
    const { DatabaseSync } = await import("node:sqlite");
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE t(x)");
    other.close();
    assertThrows(() => new Store(path), DataError, "another program's file");
  }));

Deno.test("a store of a later format is refused", () =>
  inFolder(async (path) => {
    new Store(path)[Symbol.dispose]();
    const { DatabaseSync } = await import("node:sqlite");
    const later = new DatabaseSync(path);
    later.exec("PRAGMA user_version = 99");
    later.close();
    assertThrows(() => new Store(path), DataError, "has format 99");
  }));

Deno.test("a folder that is not there is named", () => {
  assertThrows(() => new Store("/nowhere/results.sqlite"), DataError, "cannot open the store");
});

Deno.test("a full disk is told, and what was stored before is still there", () =>
  inFolder((path) => {
    using store = new Store(path);
    store.put(key, result);
    store.limitPages(8);
    const error = assertThrows(() => {
      for (let trial = 1; trial < 5000; trial++) store.put({ ...key, trial }, result);
    }, DataError);
    assert(error.message.includes("all earlier results are kept"), error.message);
    assertEquals(store.get(unitId(key), ["psnr"]), result);
  }));

Deno.test("rows of features come back exactly, of units and of originals, and none are rows too", () =>
  inFolder((path) => {
    const rows = [Float32Array.of(1, Math.fround(0.1), -0), Float32Array.of(NaN, Infinity, 3)];
    using store = new Store(path);
    store.put(key, { ...result, features: { net: rows, small: [] } });
    store.putFeatures("original", { net: rows.toReversed() });
    assertEquals(store.features(unitId(key), "net"), rows);
    assertEquals(store.features(unitId(key), "small"), []);
    assertEquals(store.features("original", "net"), rows.toReversed());
    assertEquals(store.features("original", "small"), undefined);
    assertEquals(store.get(unitId(key), [], ["net", "small"])?.symbolUses, result.symbolUses);
    assertEquals(store.get(unitId(key), [], ["net", "other"]), undefined);
  }));

Deno.test("values made with other weights are never mixed with those that are there", () =>
  inFolder((path) => {
    using store = new Store(path);
    store.claimMetric("fid", "0123");
    store.claimMetric("fid", "0123");
    assertThrows(() => store.claimMetric("fid", "4567"), DataError, "0123; those at hand: 4567");
  }));
