import { assertAlmostEquals, assertEquals } from "@std/assert";
import { fillNormals, rootKey } from "../../random.ts";
import { fromSymbols, symbolsOf, toSymbols } from "./symbols.ts";

const shape = { rows: 2, columns: 3, channels: 4 };

/** A latent whose value in the order channel, row, column is its place there. */
function counted(): Float32Array {
  return Float32Array.from({ length: 24 }, (_, i) => {
    const channel = i % 4, pixel = Math.floor(i / 4);
    return channel * 6 + pixel;
  });
}

Deno.test("symbol j pairs value j with value K + j, in the order channel, row, column", () => {
  const { symbols, factor } = toSymbols(counted(), shape, 12);
  const pairs = Array.from({ length: 12 }, (_, j) => [
    Math.round(symbols[2 * j]! / factor),
    Math.round(symbols[2 * j + 1]! / factor),
  ]);
  assertEquals(pairs, Array.from({ length: 12 }, (_, j) => [j, 12 + j]));
});

Deno.test("the symbols that are sent have unit mean power, however many they are", () => {
  const z = new Float32Array(24);
  fillNormals(rootKey(1), z);
  for (const count of [1, 7, 12]) {
    const { symbols } = toSymbols(z, shape, count);
    assertEquals(symbols.length, 2 * count);
    assertAlmostEquals(symbols.reduce((sum, part) => sum + part * part, 0) / count, 1, 1e-6);
  }
});

Deno.test("a latent of zeros is sent with unit power too", () => {
  const { symbols, factor } = toSymbols(new Float32Array(24), shape, 12);
  assertAlmostEquals(symbols.reduce((sum, part) => sum + part * part, 0) / 12, 1, 1e-6);
  assertEquals(Number.isFinite(factor), true);
});

Deno.test("what was sent returns to its places, and zeros stand where nothing was", () => {
  const { symbols, factor } = toSymbols(counted(), shape, 9);
  const z = fromSymbols(symbols.map((part) => part / factor), shape, 2, 0);
  const sent = counted().map((value) => value % 12 < 9 ? value : 0);
  z.forEach((value, i) => assertAlmostEquals(value, sent[i]!, 1e-5));
  const noise = fromSymbols(Float32Array.from({ length: 9 }, (_, j) => j), shape, 1, -1);
  assertEquals([...noise], [...counted()].map((value) => value % 12 < 9 ? value % 12 : -1));
  assertEquals(symbolsOf(shape), 12);
});
