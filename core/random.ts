/**
 * Random numbers by name. A key says which numbers; there is no state and no order, so that a unit
 * of work gets the same numbers in any worker, batch or machine.
 *
 * A key is 128 bits: a Philox key (k0, k1) and the upper half of its counter (c2, c3). The lower
 * half counts blocks of four words, 2^64 of them. A key that is drawn from twice gives the same
 * words twice: derive one key for each purpose.
 *
 * @module
 */
import { OptionError } from "./errors.ts";
import { fillNormalsPlainly } from "./normals.ts";
import { philox4x32, philoxInto, type Words4 } from "./philox.ts";

export { philox4x32, type Words4 };

/** Names a stream of random numbers. */
export interface RandomKey {
  /** Philox key k0, k1 and counter words c2, c3; integers in [0, 2^32). */
  readonly words: Words4;
  /**
   * The key of a path below this one, such as `key.derive("noise", imageId, trial)`.
   *
   * `derive(a, b)` is `derive(a).derive(b)`. Different paths give different 128-bit keys but for a
   * chance of about 2^-128 a pair; "1" and 1 are different names.
   *
   * @throws {OptionError} When a number of the path is not a safe integer.
   */
  derive(...path: (string | number)[]): RandomKey;
}

/**
 * The key at the root of an experiment.
 *
 * @param seed A safe integer, 0 or more.
 * @throws {OptionError} On any other seed.
 */
export function rootKey(seed: number): RandomKey {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new OptionError(`seed: an integer from 0 to ${Number.MAX_SAFE_INTEGER}; got ${seed}`);
  }
  return new PhiloxKey(absorbInteger(ROOT, seed));
}

/**
 * Revives a key from its words, as they were sent between processes.
 *
 * @throws {OptionError} When these are not four integers in [0, 2^32).
 */
export function keyFromWords(words: readonly number[]): RandomKey {
  const [k0, k1, c2, c3] = words;
  if (words.length !== 4 || !words.every((word) => word === word >>> 0)) {
    throw new OptionError(`words of a random key: four integers in [0, 2^32); got [${words}]`);
  }
  return new PhiloxKey([k0 as number, k1 as number, c2 as number, c3 as number]);
}

class PhiloxKey implements RandomKey {
  constructor(readonly words: Words4) {}

  derive(...path: (string | number)[]): RandomKey {
    let words = this.words;
    for (const name of path) {
      words = typeof name === "string" ? absorbText(words, name) : absorbInteger(words, name);
    }
    return new PhiloxKey(words);
  }
}

/*
 * Keys are derived by absorbing each name of a path in blocks of four words:
 *
 *     words' = philox4x32(words ^ block, DERIVE)
 *
 *     integer:  [1, low 32 bits, high 32 bits (two's complement), 0]
 *     text:     [2, code units, units 0-1, units 2-3], then 8 code units (UTF-16) a block, 0 at the end
 *
 * The first word and the length make the blocks of a path prefix-free, so two paths never give the
 * same blocks; Philox under a fixed key is a permutation, so names of one block never collide.
 */
const DERIVE = [0x73656d63, 0x61737421] as const; // "semcast!"
const ROOT: Words4 = [0x50686c6f, 0x78347833, 0x322d3130, 0]; // "Philox4x32-10"
const INTEGER = 1, TEXT = 2;

function absorb(words: Words4, a: number, b: number, c: number, d: number): Words4 {
  return philox4x32([words[0] ^ a, words[1] ^ b, words[2] ^ c, words[3] ^ d], DERIVE);
}

function absorbInteger(words: Words4, value: number): Words4 {
  if (!Number.isSafeInteger(value)) {
    throw new OptionError(`name of a random key: a text or a safe integer; got ${value}`);
  }
  return absorb(words, INTEGER, value, Math.floor(value / 2 ** 32), 0);
}

function absorbText(words: Words4, text: string): Words4 {
  const pair = (unit: number): number =>
    (text.charCodeAt(unit) & 0xffff) | ((text.charCodeAt(unit + 1) & 0xffff) << 16);
  let state = absorb(words, TEXT, text.length, pair(0), pair(2));
  for (let unit = 4; unit < text.length; unit += 8) {
    state = absorb(state, pair(unit), pair(unit + 2), pair(unit + 4), pair(unit + 6));
  }
  return state;
}

/**
 * Fills with standard normals. Value i comes from counter floor(i / 4), lane i mod 4 (see
 * normals.ts), and is the same bits on every engine.
 *
 * @param first Index of the first value, a multiple of 4: parts of a range can be made apart.
 * @throws {OptionError} When `first` is not such a number.
 */
export function fillNormals(key: RandomKey, out: Float32Array, first = 0): void {
  fillNormalsPlainly(key.words, out, first);
}

/**
 * Fills with uniforms in (0, 1): (n + 1/2) / 2^52 with a 52-bit n, never 0 or 1. Value i comes from
 * words 2i (upper 32 bits) and 2i + 1 (lower 20 bits).
 */
export function fillUniforms(key: RandomKey, out: Float64Array): void {
  const block = new Int32Array(4);
  for (let i = 0; i < out.length; i++) {
    if (i % 2 === 0) drawBlock(key, i / 2, block);
    const high = (block[2 * (i % 2)] as number) >>> 0;
    const low = (block[2 * (i % 2) + 1] as number) >>> 12;
    out[i] = (high * 2 ** 20 + low + 0.5) / 2 ** 52;
  }
}

/** Random bits, one a byte. Bit i is bit 31 - i mod 32 (the most significant first) of word floor(i / 32). */
export function randomBits(key: RandomKey, count: number): Uint8Array {
  const bits = new Uint8Array(count);
  const block = new Int32Array(4);
  for (let i = 0; i < count; i++) {
    if (i % 128 === 0) drawBlock(key, i / 128, block);
    bits[i] = ((block[(i % 128) >>> 5] as number) >>> (31 - i % 32)) & 1;
  }
  return bits;
}

function drawBlock(key: RandomKey, index: number, block: Int32Array): void {
  const [k0, k1, c2, c3] = key.words;
  philoxInto(index, Math.floor(index / 2 ** 32), c2, c3, k0, k1, block);
}
