import { assert, assertEquals } from "@std/assert";
import type { MissingGroup } from "./plan.ts";
import { onlyUnits, shareOf, unitCount } from "./share.ts";
import type { UnitKey } from "./unit.ts";

/** A codec's work on a picture: `sessions` encodes with `units` units each. */
function group(
  name: string,
  side: number,
  { sessions = 2, units = 3 }: { sessions?: number; units?: number } = {},
): MissingGroup {
  const tasks = Array.from({ length: sessions }, (_, session) => ({
    session: { cbr: 1 / 48, snrDb: session, channel: "awgn", sideInformation: "ideal" as const },
    channel: { id: "awgn", options: {} },
    units: Array.from({ length: units }, (_, trial) => ({
      id: `${name} ${session} ${trial}`,
      snrDb: session,
      trial,
      keepPicture: false,
    })),
  }));
  const ids = tasks.flatMap((task) => task.units.map(({ id }) => id));
  const key = {} as UnitKey;
  return {
    codec: {
      request: { plugins: [], codec: name, options: {}, rate: "per-image" },
      label: name,
    },
    image: { name, digest: name, width: side, height: side },
    tasks,
    keys: new Map(ids.map((id) => [id, key])),
  };
}

function ids(groups: readonly MissingGroup[]): string[] {
  return groups.flatMap(({ tasks }) => tasks.flatMap(({ units }) => units.map(({ id }) => id)));
}

function shares(all: readonly MissingGroup[], of: number): string[][] {
  return Array.from({ length: of }, (_, at) => ids(shareOf(all, { index: at + 1, of })));
}

const KODAK = Array.from({ length: 24 }, (_, n) => group(`picture ${n}`, 512, { sessions: 5 }));

Deno.test("the shards of an experiment have every unit once, in the order of the plan", () => {
  for (const count of [1, 2, 5, 24, 100, 500]) {
    assertEquals(shares(KODAK, count).flat(), ids(KODAK), `${count} shards`);
  }
});

Deno.test("shards of equal pictures differ by at most one encode", () => {
  for (const count of [2, 3, 5, 7, 24, 50]) {
    const encodes = shares(KODAK, count).map((share) => share.length / 3);
    assert(Math.max(...encodes) - Math.min(...encodes) <= 1, `${count}: ${encodes}`);
  }
});

Deno.test("units of one encode stay together, and pictures do where the numbers allow it", () => {
  for (const share of shares(KODAK, 24)) {
    assertEquals(new Set(share.map((id) => id.split(" ")[1])).size, 1);
  }
  const home = new Map<string, number>();
  for (const [shard, share] of shares(KODAK, 37).entries()) {
    for (const id of share) {
      const encode = id.slice(0, id.lastIndexOf(" "));
      assertEquals(home.get(encode) ?? shard, shard, encode);
      home.set(encode, shard);
    }
  }
});

Deno.test("a large picture weighs as much as the small ones that have its pixels", () => {
  const all = [group("large", 200), ...["a", "b", "c", "d"].map((name) => group(name, 100))];
  const [first, second] = shares(all, 2);
  assert(first!.every((id) => id.startsWith("large")));
  assertEquals(second!.length, 4 * 6);
});

Deno.test("more shards than encodes leave some without work", () => {
  const all = [group("only", 8, { sessions: 2 })];
  const sizes = shares(all, 8).map(({ length }) => length);
  assertEquals(sizes.filter((size) => size > 0), [3, 3]);
  assertEquals(shareOf([], { index: 1, of: 2 }), []);
});

Deno.test("groups narrowed to some units keep their keys in step", () => {
  const narrowed = onlyUnits([group("a", 8), group("b", 8)], (id) => id.startsWith("b 1"));
  assertEquals(ids(narrowed), ["b 1 0", "b 1 1", "b 1 2"]);
  assertEquals([...narrowed[0]!.keys.keys()], ids(narrowed));
  assertEquals(unitCount(narrowed), 3);
});
