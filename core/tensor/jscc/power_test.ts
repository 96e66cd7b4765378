import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { openTensors } from "../backend.ts";
import { tf } from "../tfjs.ts";
import { factorByte, factorOf, powerFactor, quantisedFactor } from "./power.ts";

await openTensors({ backend: "wasm" });

Deno.test("the byte says the power factor to an eighth of a decibel, from -32 to 31.75 dB", () => {
  for (let db = -32; db <= 31.75; db += 0.01) {
    const byte = factorByte(10 ** (db / 20));
    assert(Math.abs(20 * Math.log10(factorOf(byte)) - db) <= 0.1251, `${db} dB`);
  }
  assertEquals([factorByte(1e-9), factorByte(1), factorByte(1e9)], [0, 128, 255]);
});

Deno.test("tensors of factors are quantised as bytes are", async () => {
  const factors = [1e-3, 0.02, 0.7, 1, 1.02, 35, 1e4];
  const known = quantisedFactor(tf.tensor4d(factors, [factors.length, 1, 1, 1]));
  (await known.data()).forEach((factor, i) =>
    assertAlmostEquals(factor / factorOf(factorByte(factors[i]!)), 1, 1e-5)
  );
  known.dispose();
});

Deno.test("each latent of a batch has a factor of its own, a latent of zeros a finite one", async () => {
  const z = tf.tensor4d([3, 4, 0, 0, 0, 0, 0, 0], [2, 1, 2, 2]);
  const factors = powerFactor(z), values = await factors.data();
  assertAlmostEquals(values[0]!, Math.sqrt(2 / 25), 1e-6); // K = 2, energy 25
  assert(Number.isFinite(values[1]!));
  tf.dispose([z, factors]);
});
