import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "./errors.ts";
import {
  fillNormals,
  fillUniforms,
  keyFromWords,
  philox4x32,
  randomBits,
  type RandomKey,
  rootKey,
} from "./random.ts";

const SIGMAS = 4.5; // each bound below is passed by chance with probability 1 - 7e-6; seeds are fixed

Deno.test("a key is named by its path, not by how it was reached", () => {
  const key = rootKey(1);
  assertEquals(
    key.derive("noise", "kodim01", 3).words,
    key.derive("noise").derive("kodim01", 3).words,
  );
  assertEquals(key.derive().words, key.words);
  assertEquals(key.derive("trial", -0).words, key.derive("trial", 0).words);
});

Deno.test("names that are written alike but are not the same give different keys", () => {
  const big = Number.MAX_SAFE_INTEGER;
  const paths: (string | number)[][] = [
    [],
    [""],
    ["", ""],
    [0],
    [0, 0],
    ["0"],
    [1],
    ["1"],
    [-1],
    ["-1"],
    [2 ** 32],
    [2 ** 32 + 1],
    [big],
    [-big],
    [1, 2],
    [2, 1],
    [12],
    ["12"],
    ["1", "2"],
    ["ab", "c"],
    ["a", "bc"],
    ["abc"],
    ["a", "b", "c"],
    ["abcd"],
    ["abcd\0"],
    ["abcd\0\0"],
    ["abcde"],
    ["\0"],
    ["\0\0"],
    ["\ud800"],
    ["\ufffd"],
    ["é"],
    ["e\u0301"],
    ["a".repeat(4)],
    ["a".repeat(12)],
    ["a".repeat(13)],
    ["a".repeat(1000)],
    ["a".repeat(1001)],
    [2],
    [2, 0],
    ["\u0001"],
    ["\u0002"],
  ];
  for (let i = 0; i < 3000; i++) paths.push(["noise", i], ["noise", `${i}`, 0], [i + 3, "noise"]);
  const seen = new Set(paths.map((path) => rootKey(7).derive(...path).words.join()));
  assertEquals(seen.size, paths.length);
});

Deno.test("neighbouring seeds and names give keys that differ in half of their bits", () => {
  const differing = (a: RandomKey, b: RandomKey): number =>
    a.words.reduce((sum, word, i) => sum + ones(word ^ (b.words[i] as number)), 0);
  const count = 4000;
  let bySeed = 0, byName = 0, byText = 0;
  for (let i = 0; i < count; i++) {
    bySeed += differing(rootKey(i), rootKey(i + 1));
    byName += differing(rootKey(1).derive(i), rootKey(1).derive(i + 1));
    byText += differing(rootKey(1).derive(`image${i}`), rootKey(1).derive(`image${i + 1}`));
  }
  const bound = SIGMAS * Math.sqrt(128 / 4 / count);
  for (const sum of [bySeed, byName, byText]) assertAlmostEquals(sum / count, 64, bound);
});

function ones(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest &= rest - 1) count++;
  return count;
}

Deno.test("a key crosses a process boundary as its words", () => {
  const key = rootKey(Number.MAX_SAFE_INTEGER).derive("noise", 5);
  const revived = keyFromWords(JSON.parse(JSON.stringify(key.words)));
  assertEquals(revived.words, key.words);
  assertEquals(revived.derive("x").words, key.derive("x").words);
});

Deno.test("seeds, names and words that cannot be are refused", () => {
  for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => rootKey(seed), OptionError, `got ${seed}`);
  }
  for (const name of [0.5, NaN, -Infinity, 2 ** 53]) {
    assertThrows(() => rootKey(1).derive("snr", name), OptionError, `got ${name}`);
  }
  for (
    const words of [[1, 2, 3], [1, 2, 3, 4, 5], [0, 0, 0, -1], [0, 0, 0, 2 ** 32], [0, 0, 0, 0.5]]
  ) {
    assertThrows(() => keyFromWords(words), OptionError, "four integers");
  }
});

Deno.test("normals of a range can be made apart, of any length", () => {
  const key = rootKey(2).derive("noise");
  const whole = new Float32Array(1003);
  fillNormals(key, whole);
  for (
    const [first, length] of [[0, 1], [4, 3], [400, 603], [1000, 3], [996, 4], [8, 0]] as const
  ) {
    const part = new Float32Array(length);
    fillNormals(key, part, first);
    assertEquals(part, whole.slice(first, first + length));
  }
  for (const first of [-4, 2, 0.5, NaN, 2 ** 53]) {
    assertThrows(() => fillNormals(key, whole, first), OptionError, `got ${first}`);
  }
});

Deno.test("the counter carries into its second word", () => {
  const key = keyFromWords([1, 2, 3, 4]);
  const across = new Float32Array(8), after = new Float32Array(4);
  fillNormals(key, across, 4 * (2 ** 32 - 1));
  fillNormals(key, after, 4 * 2 ** 32);
  assertEquals(across.subarray(4), after);
  const first = new Float32Array(4);
  fillNormals(key, first);
  assert(!first.every((value, i) => value === after[i]));
});

Deno.test("uniforms are 52-bit midpoints, flat, and made of the words in order", () => {
  const count = 1 << 18;
  const uniforms = new Float64Array(count);
  fillUniforms(rootKey(3), uniforms);
  const [k0, k1, c2, c3] = rootKey(3).words;
  const [a, b, c, d] = philox4x32([0, 0, c2, c3], [k0, k1]);
  assertEquals(uniforms[0], (a * 2 ** 20 + (b >>> 12) + 0.5) / 2 ** 52);
  assertEquals(uniforms[1], (c * 2 ** 20 + (d >>> 12) + 0.5) / 2 ** 52);
  const sorted = uniforms.slice().sort();
  assert((sorted[0] as number) > 0 && (sorted[count - 1] as number) < 1);
  // Kolmogorov-Smirnov: P(sqrt(n) D > x) < 2 exp(-2 x^2), 6e-6 at x = 2.52
  let distance = 0;
  for (const [i, value] of sorted.entries()) {
    distance = Math.max(distance, value - i / count, (i + 1) / count - value);
  }
  assert(distance * Math.sqrt(count) < 2.52, `D sqrt(n) = ${distance * Math.sqrt(count)}`);
});

Deno.test("random bits are fair, without memory, and made of the words in order", () => {
  const count = 1 << 18;
  const bits = randomBits(rootKey(4), count);
  const word = bits.subarray(160, 192).reduce((value, bit) => (value << 1 | bit) >>> 0, 0);
  const [k0, k1, c2, c3] = rootKey(4).words;
  assertEquals(word, philox4x32([1, 0, c2, c3], [k0, k1])[1]);
  const bound = SIGMAS * Math.sqrt(count) / 2;
  assertAlmostEquals(bits.reduce((sum, bit) => sum + bit, 0), count / 2, bound);
  for (const lag of [1, 2, 8, 31, 32, 33, 128]) {
    let changes = 0;
    for (let i = lag; i < count; i++) changes += (bits[i] as number) ^ (bits[i - lag] as number);
    assertAlmostEquals(changes, (count - lag) / 2, bound, `lag ${lag}: ${changes} changes`);
  }
});
