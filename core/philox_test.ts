import { assert, assertEquals } from "@std/assert";
import { vectorFiles, vectorFolder } from "../tests/vectors.ts";
import { philox4x32, type Words4 } from "./philox.ts";

interface PhiloxCase {
  readonly counter: Words4;
  readonly key: [number, number];
  readonly rounds: number;
  readonly out: Words4;
}

const words = (hex: readonly string[]): number[] => hex.map((word) => parseInt(word, 16));
const words4 = (hex: readonly string[]): Words4 => words(hex) as unknown as Words4;

/** What an object of a vector file may hold. */
interface VectorNode {
  readonly gen?: string;
  readonly ctr?: string[];
  readonly counters?: string;
  readonly key?: string[];
  readonly rounds?: number;
  readonly out?: (string | string[])[];
}

/** Every Philox4x32 case below a node: single points (ctr) and streams (counters). */
function* casesBelow(node: unknown): Generator<PhiloxCase> {
  if (typeof node !== "object" || node === null) return;
  const { gen = "philox4x32", ctr, counters, key, rounds = 10, out } = node as VectorNode;
  if (key === undefined || out === undefined) {
    for (const child of Object.values(node)) yield* casesBelow(child);
  } else if (gen === "philox4x32") {
    const common = { key: words(key) as [number, number], rounds };
    const rows = ctr ? [out as string[]] : out as string[][];
    for (const [row, value] of rows.entries()) {
      const counter = ctr ? words4(ctr) : counterOf(counters ?? "", row);
      yield { ...common, counter, out: words4(value) };
    }
  }
}

/** Row `row` of "[i,0,7,0], i=0..63". */
function counterOf(text: string, row: number): Words4 {
  const [, list = "", from] = /^\[([\di, ]+)\], i=(\d+)\.\.\d+$/.exec(text) ?? [];
  assert(from !== undefined, `counters are "[i,0,7,0], i=0..63"; got "${text}"`);
  const value = (word: string): number => word.trim() === "i" ? Number(from) + row : Number(word);
  return list.split(",").map(value) as unknown as Words4;
}

const folder = vectorFolder("rng");

Deno.test({
  name: "Philox4x32 gives every word of the reference vectors",
  ignore: folder === undefined,
  fn: () => {
    let count = 0;
    for (const file of vectorFiles(folder ?? "", ".json")) {
      for (
        const { counter, key, rounds, out } of casesBelow(JSON.parse(Deno.readTextFileSync(file)))
      ) {
        assertEquals(philox4x32(counter, key, rounds), [...out], `${file} ${counter} ${key}`);
        count++;
      }
    }
    assert(count > 0, "the folder of vectors holds no Philox4x32 case");
  },
});

Deno.test("Philox4x32-10 of the published points", () => {
  // DEShawResearch/random123, tests/kat_vectors
  assertEquals(philox4x32([0, 0, 0, 0], [0, 0]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  const ones = 0xffffffff;
  assertEquals(
    philox4x32([ones, ones, ones, ones], [ones, ones]),
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  );
  assertEquals(
    philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  );
});

Deno.test("zero rounds change nothing, and words count modulo 2^32", () => {
  assertEquals(philox4x32([1, 2, 3, 4], [5, 6], 0), [1, 2, 3, 4]);
  assertEquals(
    philox4x32([-1, 2 ** 32 + 2, 3, 4], [5, 6]),
    philox4x32([2 ** 32 - 1, 2, 3, 4], [5, 6]),
  );
});
