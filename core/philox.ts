/**
 * Philox4x32: a counter-based random number generator. It turns a 128-bit counter into 128 random
 * bits under a 64-bit key, without state, so that any value of any stream can be computed alone.
 *
 *     one round:  (c0, c1, c2, c3) -> (hi(M1 c2) ^ c1 ^ k0,  lo(M1 c2),  hi(M0 c0) ^ c3 ^ k1,  lo(M0 c0))
 *                 (k0, k1)         -> (k0 + W0, k1 + W1)                                    mod 2^32
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * @module
 */

/** Four 32-bit words, word 0 first, each an integer in [0, 2^32). */
export type Words4 = readonly [number, number, number, number];

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9; // golden ratio
const W1 = 0xbb67ae85; // sqrt(3) - 1

/**
 * Philox4x32 of one counter.
 *
 * @param counter Four words, taken modulo 2^32.
 * @param key Two words, taken modulo 2^32.
 * @param rounds 10 is the generator used everywhere here; 7 is the fewest that pass statistical tests.
 */
export function philox4x32(
  counter: Words4,
  key: readonly [number, number],
  rounds = 10,
): [number, number, number, number] {
  const out = new Int32Array(4);
  philoxInto(counter[0], counter[1], counter[2], counter[3], key[0], key[1], out, rounds);
  return [
    (out[0] as number) >>> 0,
    (out[1] as number) >>> 0,
    (out[2] as number) >>> 0,
    (out[3] as number) >>> 0,
  ];
}

/** {@linkcode philox4x32} for loops: allocates nothing, writes i32[4]. */
export function philoxInto(
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
  out: Int32Array,
  rounds = 10,
): void {
  let c0 = counter0 | 0, c1 = counter1 | 0, c2 = counter2 | 0, c3 = counter3 | 0;
  let k0 = key0 | 0, k1 = key1 | 0;
  for (let round = 0; round < rounds; round++) {
    const high0 = mulHigh(c0, M0 >>> 16, M0 & 0xffff), low0 = Math.imul(c0, M0);
    const high1 = mulHigh(c2, M1 >>> 16, M1 & 0xffff), low1 = Math.imul(c2, M1);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Upper 32 bits of the 64-bit product of two unsigned words, the second given as its halves. */
function mulHigh(a: number, bHigh: number, bLow: number): number {
  const aHigh = a >>> 16, aLow = a & 0xffff;
  const cross = Math.imul(aHigh, bLow), otherCross = Math.imul(aLow, bHigh);
  const carry = (Math.imul(aLow, bLow) >>> 16) + (cross & 0xffff) + (otherCross & 0xffff);
  return (Math.imul(aHigh, bHigh) + (cross >>> 16) + (otherCross >>> 16) + (carry >>> 16)) | 0;
}
