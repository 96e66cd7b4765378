import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { vectorFiles, vectorFolder } from "../tests/vectors.ts";
import { COSINE, fillNormalsPlainly, LOGARITHM, SINE, TWICE_LN2 } from "./normals.ts";
import { philox4x32, type Words4 } from "./philox.ts";

const folder = vectorFolder("rng");

Deno.test({
  name: "normals agree with the float64 Box-Muller vectors to 2e-6 max(1, |n|)",
  ignore: folder === undefined,
  fn: () => {
    let count = 0;
    for (const file of vectorFiles(folder ?? "", ".json")) {
      const { counters, key, n } = JSON.parse(Deno.readTextFileSync(file));
      if (n === undefined) continue;
      const [, c2, c3, from] = /^\[i,0,(\d+),(\d+)\], i=(\d+)\.\./.exec(counters) ?? [];
      assert(from !== undefined, `${file}: counters are "[i,0,0,0], i=0..127"; got "${counters}"`);
      const words = [...key.map((word: string) => parseInt(word, 16)), Number(c2), Number(c3)];
      const ours = new Float32Array(4 * n.length);
      fillNormalsPlainly(words as unknown as Words4, ours, 4 * Number(from));
      for (const [i, value] of (n.flat() as number[]).entries()) {
        const bound = 2e-6 * Math.max(1, Math.abs(value));
        assertAlmostEquals(
          ours[i] as number,
          value,
          bound,
          `${file} value ${i}: ${ours[i]} ${value}`,
        );
        count++;
      }
    }
    assert(count > 0, "the folder of vectors holds no normals");
  },
});

Deno.test("normals are within 1e-6 of float64 arithmetic on the same words", () => {
  const key: Words4 = [11, 12, 13, 14];
  const ours = new Float32Array(1 << 16);
  fillNormalsPlainly(key, ours);
  let worst = 0;
  for (let i = 0; i < ours.length; i += 4) {
    const x = philox4x32([i / 4, 0, 13, 14], [11, 12]);
    for (const lane of [0, 2]) {
      const [re, im] = boxMuller64(x[lane] as number, x[lane + 1] as number);
      worst = Math.max(
        worst,
        Math.abs((ours[i + lane] as number) - re),
        Math.abs((ours[i + lane + 1] as number) - im),
      );
    }
  }
  assert(worst < 1e-6, `largest error ${worst}`);
});

function boxMuller64(word: number, angleWord: number): [number, number] {
  const r = Math.sqrt(-2 * Math.log((word + 0.5) / 2 ** 32));
  const angle = 2 * Math.PI * (angleWord + 0.5) / 2 ** 32;
  return [r * Math.cos(angle), r * Math.sin(angle)];
}

Deno.test("constants are float32 numbers, so that no product is rounded twice", () => {
  for (const value of [...LOGARITHM, ...SINE, ...COSINE, TWICE_LN2]) {
    assertEquals(Math.fround(value), value);
  }
});

Deno.test("a noise realisation is pinned to the bit", () => {
  const normals = new Float32Array(4096);
  fillNormalsPlainly([1, 2, 3, 4], normals);
  let hash = 0x811c9dc5; // FNV-1a
  for (const byte of new Uint8Array(normals.buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
  assertEquals((hash >>> 0).toString(16), "5ee2211d");
});
