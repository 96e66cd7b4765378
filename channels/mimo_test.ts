import { assert, assertAlmostEquals } from "@std/assert";
import { fillNormals, rootKey } from "../core/random.ts";
import { noiseVariance } from "../core/units.ts";
import { mimo } from "./mimo.ts";

const SIGMAS = 4.5;
const svd = mimo.create({ scheme: "svd", fading: "symbol" });
const mmse = mimo.create({ scheme: "mmse", fading: "symbol" });

const count = 1 << 15; // symbols
const symbols = new Float32Array(2 * count);
fillNormals(rootKey(1), symbols);
for (const [i, value] of symbols.entries()) symbols[i] = value * Math.SQRT1_2;

Deno.test("singular values: trace 2 a matrix, and the smaller eigenvalue is exponential", () => {
  const gains = svd.transmit(symbols, 10, rootKey(2)).gains!;
  const smaller = new Float64Array(count / 2);
  let trace = 0;
  for (let pair = 0; pair < count / 2; pair++) {
    const first = gains[4 * pair]!, second = gains[4 * pair + 2]!;
    assert(first >= second && gains[4 * pair + 1] === 0 && gains[4 * pair + 3] === 0);
    trace += first ** 2 + second ** 2;
    smaller[pair] = second ** 2;
  }
  // ||H||^2 / 2 is a sum of four Exp(2): mean 2, variance 1
  assertAlmostEquals(trace / (count / 2), 2, SIGMAS / Math.sqrt(count / 2));
  // The smallest eigenvalue of an n x n complex Wishart matrix is Exp(n); halved, Exp(2 n).
  smaller.sort();
  let distance = 0;
  for (const [i, value] of smaller.entries()) {
    const p = 1 - Math.exp(-4 * value);
    distance = Math.max(distance, Math.abs(p - (i + 0.5) / smaller.length));
  }
  assert(distance * Math.sqrt(smaller.length) < 2.52, `not exponential: D = ${distance}`);
});

for (const [name, channel] of [["svd", svd], ["mmse", mmse]] as const) {
  Deno.test(`${name}: y - g x has variance N0 at every SNR`, () => {
    for (const snrDb of [-5, 5, 20]) {
      const { symbols: y, gains } = channel.transmit(symbols, snrDb, rootKey(3));
      let energy = 0;
      for (let at = 0; at < y.length; at++) {
        const g = gains![at - at % 2]!;
        energy += (y[at]! - g * symbols[at]!) ** 2;
      }
      // |w|^2 has a variance of at most 2 N0^2: interference mixes matrices
      const ratio = energy / count / noiseVariance(snrDb);
      assertAlmostEquals(ratio, 1, 2 * SIGMAS * Math.sqrt(2 / count), `${snrDb} dB`);
    }
  });

  Deno.test(`${name}: the mean capacity of what came is the ergodic capacity`, () => {
    for (const snrDb of [0, 10, 20]) {
      const { gains } = channel.transmit(symbols, snrDb, rootKey(4));
      let sum = 0, squares = 0;
      for (let at = 0; at < gains!.length; at += 2) {
        const bits = Math.log2(1 + gains![at]! ** 2 / noiseVariance(snrDb));
        sum += bits, squares += bits * bits;
      }
      const mean = sum / count, deviation = Math.sqrt(squares / count - mean * mean);
      const bound = SIGMAS * deviation * Math.sqrt(2 / count); // streams come in pairs
      assertAlmostEquals(channel.capacity(snrDb, null), mean, bound, `${snrDb} dB`);
    }
  });
}

Deno.test("one matrix for a picture: what it carries is the mean over its two streams", () => {
  const block = mimo.create({ scheme: "svd", fading: "block" });
  const { gains } = block.transmit(new Float32Array(8), 10, rootKey(5));
  const bits = Math.log2(1 + 10 * gains![0]! ** 2) + Math.log2(1 + 10 * gains![2]! ** 2);
  assertAlmostEquals(block.capacity(10, gains), bits / 2, 1e-6);
  assertAlmostEquals(gains![4]!, gains![0]!);
});

Deno.test("an odd number of symbols passes", () => {
  for (const channel of [svd, mmse]) {
    const { symbols: y, gains } = channel.transmit(symbols.slice(0, 6), 30, rootKey(6));
    assert(y.length === 6 && gains!.length === 6);
    assert(y.every(Number.isFinite) && gains!.every(Number.isFinite));
  }
});
