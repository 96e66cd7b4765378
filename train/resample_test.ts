import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { shrink } from "./resample.ts";
import { waves } from "./testing/photo_folder.ts";

const picture = { width: 40, height: 30, data: waves(40, 30, 1) };

Deno.test("a square of the wanted size is copied, value by value", () => {
  const out = new Float32Array(8 * 8 * 3);
  shrink(picture, { top: 5, left: 7, side: 8 }, 8, out, false);
  for (let row = 0; row < 8; row++) {
    for (let at = 0; at < 24; at++) {
      const value = picture.data[((5 + row) * 40 + 7) * 3 + at]!;
      assertEquals(out[row * 24 + at], Math.fround(value / 255));
    }
  }
});

Deno.test("mirroring exchanges left and right and nothing else", () => {
  const [plain, mirrored] = [new Float32Array(10 * 10 * 3), new Float32Array(10 * 10 * 3)];
  const square = { top: 2, left: 3, side: 15 };
  shrink(picture, square, 10, plain, false);
  shrink(picture, square, 10, mirrored, true);
  for (let row = 0; row < 10; row++) {
    for (let column = 0; column < 10; column++) {
      for (let colour = 0; colour < 3; colour++) {
        const other = (row * 10 + 9 - column) * 3 + colour;
        assertEquals(plain[(row * 10 + column) * 3 + colour], mirrored[other]);
      }
    }
  }
});

Deno.test("one colour stays that colour at every factor", () => {
  const data = new Uint8Array(30 * 30 * 3).fill(77);
  for (const side of [7, 11, 16, 29, 30]) {
    const out = new Float32Array(side * side * 3);
    shrink({ width: 30, height: 30, data }, { top: 0, left: 0, side: 30 }, side, out, false);
    for (const value of out) assertAlmostEquals(value, 77 / 255, 1e-6);
  }
});

Deno.test("a ramp stays a ramp away from the edges, within the ripple of sampled weights", () => {
  const side = 60, to = 37, data = new Uint8Array(side * side * 3);
  for (let at = 0; at < data.length; at++) data[at] = 20 + 3 * (Math.floor(at / 3) % side);
  const out = new Float32Array(to * to * 3);
  shrink({ width: side, height: side, data }, { top: 0, left: 0, side }, to, out, false);
  for (let column = 4; column < to - 4; column++) {
    const position = (column + 0.5) * side / to - 0.5;
    assertAlmostEquals(255 * out[(10 * to + column) * 3]!, 20 + 3 * position, 0.05);
  }
});

Deno.test("stripes finer than the result are averaged, not sampled", () => {
  const side = 64, to = 32, data = new Uint8Array(side * side * 3);
  for (let at = 0; at < data.length; at++) data[at] = Math.floor(at / 3) % 2 ? 255 : 0;
  const out = new Float32Array(to * to * 3);
  shrink({ width: side, height: side, data }, { top: 0, left: 0, side }, to, out, false);
  const inner = out.subarray(3 * (16 * to + 4), 3 * (16 * to + 28));
  assert(inner.every((value) => Math.abs(value - 0.5) < 0.05));
});
