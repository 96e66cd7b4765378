import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fillNormals, rootKey } from "../core/random.ts";
import { noiseVariance } from "../core/units.ts";
import { awgn } from "./awgn.ts";
import { rayleigh } from "./rayleigh.ts";

const SIGMAS = 4.5;
const block = rayleigh.create({ fading: "block" });
const bySymbol = rayleigh.create({ fading: "symbol" });

function gainsOf(output: { gains: Float32Array | null }): Float32Array {
  assert(output.gains !== null, "a fading channel tells its gains");
  return output.gains;
}

/** The first gain of each of many pictures. */
function blockGains(count: number): Float32Array {
  const gains = new Float32Array(2 * count);
  const picture = new Float32Array(2);
  for (let trial = 0; trial < count; trial++) {
    gains.set(gainsOf(block.transmit(picture, 0, rootKey(1).derive("image", trial))), 2 * trial);
  }
  return gains;
}

/** Fails unless the gains are CN(0, 1): power, its distribution, no preferred direction. */
function assertComplexNormal(gains: Float32Array): void {
  const count = gains.length / 2;
  const powers = new Float64Array(count);
  let re2 = 0, im2 = 0, cross = 0;
  for (let i = 0; i < count; i++) {
    const re = gains[2 * i] as number, im = gains[2 * i + 1] as number;
    powers[i] = re * re + im * im;
    re2 += re * re, im2 += im * im, cross += re * im;
  }
  const bound = SIGMAS / Math.sqrt(count);
  assertAlmostEquals((re2 + im2) / count, 1, bound, "mean of |h|^2"); // |h|^2 ~ Exp(1), variance 1
  assertAlmostEquals((re2 - im2) / count, 0, bound, "re^2 - im^2");
  assertAlmostEquals(cross / count, 0, bound / 2, "re im");
  powers.sort();
  let distance = 0;
  for (const [i, power] of powers.entries()) {
    const p = 1 - Math.exp(-power);
    distance = Math.max(distance, p - i / count, (i + 1) / count - p);
  }
  // Kolmogorov-Smirnov: P(sqrt(n) D > x) < 2 exp(-2 x^2), 6e-6 at x = 2.52
  assert(distance * Math.sqrt(count) < 2.52, `|h|^2 is not exponential: D = ${distance}`);
}

Deno.test("symbol fading: each symbol has its own gain, CN(0, 1)", () => {
  assertComplexNormal(gainsOf(bySymbol.transmit(new Float32Array(1 << 19), 0, rootKey(1))));
});

Deno.test("block fading: each picture has its own gain, CN(0, 1)", () => {
  assertComplexNormal(blockGains(20_000));
});

Deno.test("block fading: all symbols of a picture share the gain", () => {
  const gains = gainsOf(block.transmit(new Float32Array(1000), 0, rootKey(3)));
  assertEquals(gains, gains.map((_, i) => gains[i % 2] as number));
  assert(gains[0] !== 0 && gains[0] !== gains[1]);
});

Deno.test("y - h x is the noise that awgn adds under the same key, at every SNR", () => {
  const symbols = new Float32Array(4000), key = rootKey(4);
  fillNormals(rootKey(5), symbols);
  for (const channel of [block, bySymbol]) {
    for (const snrDb of [-10, 0, 20]) {
      const noise = awgn.create({}).transmit(new Float32Array(4000), snrDb, key).symbols;
      const output = channel.transmit(symbols, snrDb, key), h = gainsOf(output);
      for (let at = 0; at < symbols.length; at += 2) {
        const hRe = h[at] as number, hIm = h[at + 1] as number;
        const xRe = symbols[at] as number, xIm = symbols[at + 1] as number;
        const re = (output.symbols[at] as number) - (hRe * xRe - hIm * xIm);
        const im = (output.symbols[at + 1] as number) - (hRe * xIm + hIm * xRe);
        // three roundings to float32 of values below 64
        assertAlmostEquals(re, noise[at] as number, 3 * 64 * 2 ** -24);
        assertAlmostEquals(im, noise[at + 1] as number, 3 * 64 * 2 ** -24);
      }
    }
  }
});

Deno.test("the mean power received over symbol fading is 1 + N0", () => {
  const count = 1 << 18, snrDb = 7;
  const sent = new Float32Array(2 * count).fill(Math.SQRT1_2);
  const { symbols } = bySymbol.transmit(sent, snrDb, rootKey(6));
  // |y|^2 = |h x + n|^2 ~ (1 + N0) Exp(1)
  const power = symbols.reduce((sum, value) => sum + value * value, 0) / count;
  const mean = 1 + noiseVariance(snrDb);
  assertAlmostEquals(power, mean, SIGMAS * mean / Math.sqrt(count));
});

Deno.test("block capacity: log2(1 + snr) without the gain, log2(1 + |h|^2 snr) with it", () => {
  assertAlmostEquals(block.capacity(0, null), 1, 1e-15);
  assertAlmostEquals(block.capacity(0, Float32Array.of(1, 1, 1, 1)), Math.log2(3), 1e-14);
  assertAlmostEquals(block.capacity(10, Float32Array.of(0, 0.5)), Math.log2(3.5), 1e-14);
  assertEquals(block.capacity(10, Float32Array.of(0, 0)), 0);
  assertEquals(block.capacity(10, new Float32Array(0)), block.capacity(10, null)); // nothing was sent
});

Deno.test("block fading carries log2(1 + snr) in 1/e of the fades", () => {
  const gains = blockGains(20_000), count = gains.length / 2;
  let carried = 0;
  for (let at = 0; at < gains.length; at += 2) {
    if (block.capacity(5, gains.subarray(at, at + 2)) >= block.capacity(5, null)) carried++;
  }
  const p = 1 / Math.E;
  assertAlmostEquals(carried / count, p, SIGMAS * Math.sqrt(p * (1 - p) / count));
});

Deno.test("symbol capacity is the mean of log2(1 + |h|^2 snr) over the gains, known or not", () => {
  const gains = gainsOf(bySymbol.transmit(new Float32Array(1 << 19), 0, rootKey(7)));
  const count = gains.length / 2;
  for (const snrDb of [-10, 0, 10, 30]) {
    let sum = 0, squares = 0;
    for (let at = 0; at < gains.length; at += 2) {
      const bits = block.capacity(snrDb, gains.subarray(at, at + 2));
      sum += bits, squares += bits * bits;
    }
    const mean = sum / count, deviation = Math.sqrt(squares / count - mean * mean);
    const capacity = bySymbol.capacity(snrDb, null);
    assertAlmostEquals(capacity, mean, SIGMAS * deviation / Math.sqrt(count), `${snrDb} dB`);
    assertEquals(bySymbol.capacity(snrDb, gains), capacity);
  }
});
