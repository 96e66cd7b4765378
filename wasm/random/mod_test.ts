import { assert, assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../../core/errors.ts";
import { philox4x32, type Words4 } from "../../core/philox.ts";
import { keyFromWords, rootKey } from "../../core/random.ts";
import { type Normals, openNormals, plainNormals } from "./mod.ts";
import { RANDOM_WASM } from "./random_wasm.ts";

const normals = openNormals();

/** Index of the first value whose bits differ, or -1. */
function firstDifference(a: Float32Array, b: Float32Array): number {
  const aBits = new Int32Array(a.buffer, a.byteOffset, a.length);
  const bBits = new Int32Array(b.buffer, b.byteOffset, b.length);
  return a.length === b.length ? aBits.findIndex((bits, i) => bits !== bBits[i]) : 0;
}

function assertTwinsAgree(words: Words4, length: number, first: number): void {
  const fast = new Float32Array(length), plain = new Float32Array(length);
  normals.fillNormals(keyFromWords(words), fast, first);
  plainNormals.fillNormals(keyFromWords(words), plain, first);
  const at = firstDifference(fast, plain);
  assertEquals(at, -1, `key ${words}, normal ${first + at}: ${fast[at]} and ${plain[at]}`);
}

Deno.test("this engine runs the SIMD kernels", () => assertEquals(normals.engine, "wasm"));

Deno.test("the embedded bytes are those of random.wasm", async () => {
  const file = await Deno.readFile(new URL("./random.wasm", import.meta.url));
  assertEquals(Uint8Array.from(atob(RANDOM_WASM), (character) => character.charCodeAt(0)), file);
});

Deno.test("kernel and twin make the same bits over millions of normals", () => {
  assertTwinsAgree([1, 2, 3, 4], 1 << 21, 0);
  for (let i = 0; i < 16; i++) assertTwinsAgree(rootKey(i).words, 1 << 16, 4 * i);
});

Deno.test("kernel and twin agree at every length, and where counters carry", () => {
  for (let length = 0; length < 40; length++) {
    assertTwinsAgree(rootKey(1).words, length, 4 * length);
  }
  for (const length of [4095, 4096, 4097, 8193]) assertTwinsAgree(rootKey(2).words, length, 0);
  for (const before of [0, 1, 2, 3, 5, 1023, 1024, 1025]) {
    assertTwinsAgree(rootKey(3).words, 9000, 4 * (2 ** 32 - before));
    assertTwinsAgree(rootKey(3).words, 9000, 4 * (7 * 2 ** 32 - before));
  }
  assertTwinsAgree([~0 >>> 0, ~0 >>> 0, ~0 >>> 0, ~0 >>> 0], 100, 2 ** 53 - 400);
});

Deno.test("kernel, twin and float64 agree at the edges of the arithmetic", () => {
  const key: [number, number] = [0x01234567, 0x89abcdef];
  for (const { words, lane } of edges()) {
    const { c2, c3, first } = counterThatGives(words, lane, key);
    const fast = new Float32Array(4), plain = new Float32Array(4);
    normals.fillNormals(keyFromWords([...key, c2, c3]), fast, first);
    plainNormals.fillNormals(keyFromWords([...key, c2, c3]), plain, first);
    assertEquals(firstDifference(fast, plain), -1, `words ${words}: ${fast} and ${plain}`);
    const exact = boxMuller64(...words);
    for (const part of [0, 1] as const) {
      const error = Math.abs((fast[lane + part] as number) - exact[part]);
      assert(error < 1e-6, `words ${words}: ${fast[lane + part]} for ${exact[part]}`);
    }
  }
});

/** Pairs of words where branches, exponents or roundings change. */
function* edges(): Generator<{ words: [number, number]; lane: 0 | 2 }> {
  const radii = [0, 1, 2, 3, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff];
  for (const exponent of [8, 22, 23, 24, 25, 30, 31]) {
    for (const off of [-1, 0, 1]) radii.push(2 ** exponent + off, 2 ** 32 - 2 ** exponent + off);
  }
  const angles = [0, 1, 0x1fffffff, 0x20000000, 0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000];
  angles.push(0xbfffffff, 0xc0000000, 0xffffffff);
  for (const [i, radius] of radii.entries()) {
    yield { words: [radius, angles[i % angles.length] as number], lane: 0 };
    yield { words: [radius, angles[(5 * i + 3) % angles.length] as number], lane: 2 };
  }
}

/** ln u and the trigonometry in float64; near u = 1 by the distance to 1, which is exact. */
function boxMuller64(word: number, angleWord: number): [number, number] {
  const distance = (2 ** 32 - word - 0.5) / 2 ** 32;
  const log = distance < 0.5 ? Math.log1p(-distance) : Math.log((word + 0.5) / 2 ** 32);
  const r = Math.sqrt(-2 * log);
  const angle = 2 * Math.PI * (angleWord + 0.5) / 2 ** 32;
  return [r * Math.cos(angle), r * Math.sin(angle)];
}

/**
 * Runs Philox backwards: a counter whose words `lane`, `lane + 1` come out as wanted. The other two
 * words are free, and are chosen so that the index of the normal is a safe integer.
 */
function counterThatGives(
  words: [number, number],
  lane: 0 | 2,
  key: [number, number],
): { c2: number; c3: number; first: number } {
  for (let free = 0;; free++) {
    const out: Words4 = lane === 0 ? [...words, free, 0] : [free, 0, ...words];
    const [c0, c1, c2, c3] = invertPhilox(out, key);
    if (c1 >= 2 ** 19) continue;
    assertEquals(philox4x32([c0, c1, c2, c3], key), [...out]);
    return { c2, c3, first: 4 * (c1 * 2 ** 32 + c0) };
  }
}

const M0 = 0xd2511f53, M1 = 0xcd9e8d57;
const INVERSE0 = inverse(M0), INVERSE1 = inverse(M1);

function invertPhilox([out0, out1, out2, out3]: Words4, key: [number, number]): Words4 {
  let a = out0, b = out1, c = out2, d = out3;
  for (let round = 9; round >= 0; round--) {
    const k0 = key[0] + Math.imul(round, 0x9e3779b9), k1 = key[1] + Math.imul(round, 0xbb67ae85);
    const c2 = Math.imul(b, INVERSE1) >>> 0, c0 = Math.imul(d, INVERSE0) >>> 0;
    const c1 = (mulHigh(c2, M1) ^ a ^ k0) >>> 0, c3 = (mulHigh(c0, M0) ^ c ^ k1) >>> 0;
    a = c0, b = c1, c = c2, d = c3;
  }
  return [a, b, c, d];
}

/** The inverse of an odd word modulo 2^32. */
function inverse(odd: number): number {
  let x = odd; // each Newton step doubles the number of right bits, from 3 on
  for (let step = 0; step < 4; step++) x = Math.imul(x, 2 - Math.imul(odd, x));
  return x >>> 0;
}

/** In float64, where the partial products are exact: below 2^49. */
function mulHigh(a: number, b: number): number {
  return Math.floor((a * (b >>> 16) + Math.floor(a * (b & 0xffff) / 2 ** 16)) / 2 ** 16);
}

Deno.test("noise is symbol + scale * normal, rounded after each operation", () => {
  const key = rootKey(5);
  const symbols = new Float32Array(10_001), n = new Float32Array(symbols.length);
  normals.fillNormals(rootKey(6), symbols);
  normals.fillNormals(key, n);
  for (const scale of [0, 1, 0.1, 1e-10, 1e10]) {
    const expected = symbols.map((symbol, i) =>
      symbol + Math.fround(Math.fround(scale) * (n[i] as number))
    );
    for (const engine of [normals, plainNormals]) {
      const out = new Float32Array(symbols.length), inPlace = symbols.slice();
      engine.addNoise(symbols, scale, key, out);
      engine.addNoise(inPlace, scale, key, inPlace);
      assertEquals(firstDifference(out, expected), -1, `${engine.engine}, scale ${scale}`);
      assertEquals(firstDifference(inPlace, expected), -1, `${engine.engine} in place`);
    }
  }
});

Deno.test("wrong ranges and lengths are refused by both engines", () => {
  for (const engine of [normals, plainNormals]) {
    for (const first of [-4, 2, 0.5, NaN]) {
      const refused = (): void => engine.fillNormals(rootKey(1), new Float32Array(4), first);
      assertThrows(refused, OptionError, `got ${first}`);
    }
    const refused = (): void =>
      engine.addNoise(new Float32Array(4), 1, rootKey(1), new Float32Array(6));
    assertThrows(refused, OptionError, "as long as symbols, 4; got 6");
  }
});

Deno.test("where the engine has no SIMD the plain twin answers", async () => {
  const validate = WebAssembly.validate;
  WebAssembly.validate = () => false;
  try {
    const module: { openNormals(): Normals } = await import("./mod.ts?without-simd");
    assertEquals(module.openNormals().engine, "plain");
  } finally {
    WebAssembly.validate = validate;
  }
});
