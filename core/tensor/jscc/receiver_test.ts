import { assertAlmostEquals, assertEquals } from "@std/assert";
import { equalise, temper } from "./receiver.ts";

Deno.test("a gain is undone, and the noise is larger by 1 / |h|^2", () => {
  // x = 1 + 2i, h = 3 - 4i: h x = 11 + 2i
  const received = {
    symbols: Float32Array.of(11, 2, 0.5, 0.25),
    gains: Float32Array.of(3, -4, 0, 0.5),
    noiseVariance: 0.1,
  };
  const { symbols, noiseVariance } = equalise(received);
  [1, 2, 0.5, -1].forEach((part, i) => assertAlmostEquals(symbols[i]!, part, 1e-6));
  assertAlmostEquals((noiseVariance as Float32Array)[0]!, 0.1 / 25, 1e-9);
  assertAlmostEquals((noiseVariance as Float32Array)[1]!, 0.4, 1e-7);
});

Deno.test("without gains nothing changes", () => {
  const received = { symbols: Float32Array.of(1, -1), gains: null, noiseVariance: 0.1 };
  assertEquals(equalise(received), { symbols: received.symbols, noiseVariance: 0.1 });
  assertEquals(temper(equalise(received), 0.1), received.symbols);
});

Deno.test("a gain of zero gives finite symbols, which a network without weights sees as nothing", () => {
  const received = {
    symbols: Float32Array.of(0.3, -0.2, 1, 1),
    gains: Float32Array.of(0, 0, 1, 0),
    noiseVariance: 0.1,
  };
  const tempered = temper(equalise(received), 0.1);
  assertEquals(tempered.every(Number.isFinite), true);
  assertAlmostEquals(tempered[0]!, 0, 1e-6);
  assertAlmostEquals(tempered[2]!, 1, 1e-6); // |h| = 1: as over AWGN
});
