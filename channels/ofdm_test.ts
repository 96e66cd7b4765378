import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fillNormals, rootKey } from "../core/random.ts";
import { noiseVariance } from "../core/units.ts";
import { ofdm, type OfdmOptions } from "./ofdm.ts";
import { rayleighErgodicCapacity } from "./ergodic_capacity.ts";

const SIGMAS = 4.5;
const plain: OfdmOptions = {
  profile: "exponential",
  delaySpread: 300,
  subcarriers: 64,
  spacing: 15,
  slot: 1,
  knowledge: "perfect",
};
/** Sample period of 64 subcarriers of 15 kHz in ns. */
const SAMPLE_NS = 1e9 / (64 * 15e3);

function gainsOf(options: OfdmOptions, slots: number, key = rootKey(1)): Float32Array {
  const symbols = new Float32Array(2 * options.subcarriers * options.slot * slots);
  return ofdm.create(options).transmit(symbols, 10, key).gains!;
}

Deno.test("one OFDM symbol is the circular convolution of its samples with the taps", () => {
  const n = 64, options = { ...plain, delaySpread: 2 * SAMPLE_NS };
  const x = new Float32Array(2 * n);
  fillNormals(rootKey(2), x);
  const { symbols, gains } = ofdm.create(options).transmit(x, 200, rootKey(3)); // no noise
  const sent = transform(x, 1), taps = transform(gains!, 1), received = new Float64Array(2 * n);
  for (let at = 0; at < n; at++) {
    for (let tap = 0; tap < n; tap++) {
      const from = 2 * ((at - tap + n) % n);
      const hRe = taps[2 * tap]! / n, hIm = taps[2 * tap + 1]! / n;
      received[2 * at]! += hRe * sent[from]! - hIm * sent[from + 1]!;
      received[2 * at + 1]! += hRe * sent[from + 1]! + hIm * sent[from]!;
    }
  }
  const spectrum = transform(received, -1);
  for (let at = 0; at < 2 * n; at++) assertAlmostEquals(symbols[at]!, spectrum[at]! / n, 1e-4);
  // A causal channel: ln(1e4) spread / sample = 18.4, so later taps are nothing.
  for (let tap = 25; tap < n; tap++) {
    assertAlmostEquals(Math.hypot(taps[2 * tap]!, taps[2 * tap + 1]!) / n, 0, 1e-5);
  }
});

/** Discrete Fourier transform with the given sign, not scaled. */
function transform(values: ArrayLike<number>, sign: number): Float64Array {
  const n = values.length / 2, out = new Float64Array(2 * n);
  for (let f = 0; f < n; f++) {
    for (let t = 0; t < n; t++) {
      const angle = sign * 2 * Math.PI * f * t / n;
      const c = Math.cos(angle), s = Math.sin(angle);
      out[2 * f]! += values[2 * t]! * c - values[2 * t + 1]! * s;
      out[2 * f + 1]! += values[2 * t]! * s + values[2 * t + 1]! * c;
    }
  }
  return out;
}

for (const profile of ["exponential", "tdl-a", "tdl-b", "tdl-c"]) {
  Deno.test(`${profile}: subcarriers have mean power 1 and the correlation of the profile`, () => {
    const slots = 3000, options = { ...plain, profile, delaySpread: 1000 };
    const gains = gainsOf(options, slots);
    const apart = 5; // subcarriers
    let power = 0, re = 0, im = 0;
    for (let slot = 0; slot < slots; slot++) {
      const a = 2 * 64 * slot + 20, b = a + 2 * apart;
      power += gains[a]! ** 2 + gains[a + 1]! ** 2;
      re += gains[b]! * gains[a]! + gains[b + 1]! * gains[a + 1]!;
      im += gains[b + 1]! * gains[a]! - gains[b]! * gains[a + 1]!;
    }
    assertAlmostEquals(power / slots, 1, SIGMAS / Math.sqrt(slots));
    // |E[H(f + 5) H*(f)]| from small to 1: at 75 kHz and 1 us neither flat nor independent
    const size = Math.hypot(re, im) / slots;
    const angle = 2 * Math.PI * apart * 15e3 * 1e-6;
    // An exponential profile has 1 / sqrt(1 + angle^2); the others lie near it.
    const wanted = 1 / Math.sqrt(1 + angle * angle);
    assertAlmostEquals(size, wanted, profile === "exponential" ? 0.1 : 0.2);
  });
}

Deno.test("the channel stays within a slot and changes from slot to slot", () => {
  const gains = gainsOf({ ...plain, slot: 3 }, 2);
  const symbol = (index: number): Float32Array => gains.slice(128 * index, 128 * (index + 1));
  assertEquals(symbol(0), symbol(2));
  assertEquals(symbol(3), symbol(5));
  assert(symbol(2)[0] !== symbol(3)[0]);
});

Deno.test("pilots: the estimate errs by N0, from slot to slot anew, with the same picture noise", () => {
  const symbols = new Float32Array(2 * 64 * 3 * 200);
  for (const snrDb of [0, 20]) {
    const known = ofdm.create({ ...plain, slot: 3 }).transmit(symbols, snrDb, rootKey(7));
    const guess = ofdm.create({ ...plain, slot: 3, knowledge: "pilots" })
      .transmit(symbols, snrDb, rootKey(7));
    assertEquals(guess.symbols, known.symbols);
    let error = 0;
    for (const [at, value] of known.gains!.entries()) error += (guess.gains![at]! - value) ** 2;
    const ratio = error / (symbols.length / 2) / noiseVariance(snrDb);
    assertAlmostEquals(ratio, 1, SIGMAS / Math.sqrt(64 * 200));
  }
});

Deno.test("capacity: the mean over many slots is the ergodic one, and pilots cost 3 dB at high SNR", () => {
  const options = { ...plain, delaySpread: 1000 };
  const perfect = ofdm.create(options), pilots = ofdm.create({ ...options, knowledge: "pilots" });
  const symbols = new Float32Array(2 * 64 * 4000);
  for (const channel of [perfect, pilots]) {
    const { gains } = channel.transmit(symbols, 10, rootKey(8));
    // 4000 slots, log2(1 + 10 |h|^2) has a deviation of 1.5 bits
    assertAlmostEquals(channel.capacity(10, gains), channel.capacity(10, null), SIGMAS * 1.5 / 63);
  }
  assertAlmostEquals(perfect.capacity(10, null), rayleighErgodicCapacity(10), 1e-12);
  const half = rayleighErgodicCapacity(60 - 10 * Math.log10(2));
  assertAlmostEquals(pilots.capacity(60, null), half, 1e-5);
});
