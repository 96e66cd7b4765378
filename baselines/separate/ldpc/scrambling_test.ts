import { assert, assertEquals } from "@std/assert";
import { descramble, goldSequence, scramble, scramblingSequence } from "./scrambling.ts";

/** The definition of clause 5.2.1, sample by sample. */
function plainGold(cInit: number, length: number): Uint8Array {
  const count = 1600 + length;
  const x1 = new Uint8Array(count + 31), x2 = new Uint8Array(count + 31);
  x1[0] = 1;
  for (let i = 0; i < 31; i++) x2[i] = (cInit >> i) & 1;
  for (let n = 0; n < count; n++) {
    x1[n + 31] = x1[n + 3]! ^ x1[n]!;
    x2[n + 31] = x2[n + 3]! ^ x2[n + 2]! ^ x2[n + 1]! ^ x2[n]!;
  }
  return Uint8Array.from({ length }, (_, n) => x1[n + 1600]! ^ x2[n + 1600]!);
}

Deno.test("the sequence is the Gold sequence of TS 38.211, for any start", () => {
  for (const cInit of [0, 1, 1 << 15, 0x7fffffff, 123456789]) {
    assertEquals(goldSequence(cInit, 500), plainGold(cInit, 500));
  }
  assertEquals(scramblingSequence(100), plainGold(1 << 15, 100));
});

Deno.test("scrambled zeros are balanced: |ones - n / 2| within 5 sigma", () => {
  const n = 40_000, ones = scramble(new Uint8Array(n)).reduce((sum, bit) => sum + bit, 0);
  assert(Math.abs(ones - n / 2) < 5 * Math.sqrt(n) / 2, `${ones} ones`);
});

Deno.test("descrambling the LLRs of scrambled bits gives the LLRs of the bits", () => {
  const bits = Uint8Array.from({ length: 300 }, (_, i) => i % 7 === 0 ? 1 : 0);
  const llrs = Float32Array.from(scramble(bits.slice()), (bit) => 1 - 2 * bit);
  assertEquals(descramble(llrs), Float32Array.from(bits, (bit) => 1 - 2 * bit));
});
