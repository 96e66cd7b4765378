import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataError } from "../../core/errors.ts";
import type { RgbImage } from "../../core/image.ts";
import { cut, shrink, windowOf } from "./cut.ts";
import { cutOutSide, DifferenceMap } from "./differ.ts";
import { keptPicture } from "./kept.ts";
import { decodeLossless, encodeLossless } from "./lossless.ts";

/** Samples that repeat nowhere near. */
function picture(width: number, height: number, seed = 1): RgbImage {
  const data = new Uint8Array(3 * width * height);
  let state = seed;
  for (let at = 0; at < data.length; at++) {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    data[at] = state >>> 24;
  }
  return { width, height, data };
}

Deno.test("a kept picture comes back with every sample, whatever its size", async () => {
  for (const [width, height] of [[1, 1], [7, 3], [64, 48]] as const) {
    const image = picture(width, height);
    assertEquals(await decodeLossless(await encodeLossless(image), "it"), image);
  }
});

Deno.test("of a large picture its middle is kept", async () => {
  const image = picture(1100, 2);
  const kept = await decodeLossless(await keptPicture(image), "it");
  assertEquals([kept.width, kept.height], [1024, 2]);
  assertEquals(kept.data.subarray(0, 3), image.data.subarray(3 * 38, 3 * 39));
  assertEquals(windowOf({ width: 4000, height: 3000 }), {
    left: 1488,
    top: 988,
    width: 1024,
    height: 1024,
  });
});

Deno.test("a damaged picture is refused", async () => {
  const file = await encodeLossless(picture(40, 30));
  await assertRejects(() => decodeLossless(file.subarray(0, 20), "it"), DataError);
  await assertRejects(() => decodeLossless(new Uint8Array(9), "it"), DataError);
});

Deno.test("a part has the samples that lie there", () => {
  const image = picture(5, 4);
  const part = cut(image, { left: 1, top: 2, width: 3, height: 2 });
  const pixel = (from: RgbImage, x: number, y: number): number[] => [
    ...from.data.subarray(3 * (y * from.width + x), 3 * (y * from.width + x) + 3),
  ];
  for (let y = 0; y < 2; y++) {
    for (let x = 0; x < 3; x++) assertEquals(pixel(part, x, y), pixel(image, x + 1, y + 2));
  }
});

Deno.test("a shrunk picture holds means, and never vanishes", () => {
  const image: RgbImage = {
    width: 3,
    height: 2,
    data: Uint8Array.of(0, 0, 0, 10, 20, 30, 99, 99, 99, 20, 40, 60, 30, 60, 90, 99, 99, 99),
  };
  assertEquals(shrink(image, 2), { width: 1, height: 1, data: Uint8Array.of(15, 30, 45) });
  const small = shrink(picture(3, 40), 8);
  assertEquals([small.width, small.height, small.data.length], [1, 5, 15]);
});

Deno.test("the close-up is where reconstructions differ, not where they are wrong together", () => {
  const original = picture(128, 96);
  const wrongTogether = { ...original, data: original.data.map((value) => 255 - value) };
  const other = { ...wrongTogether, data: Uint8Array.from(wrongTogether.data) };
  for (let y = 40; y < 56; y++) {
    for (let x = 72; x < 88; x++) other.data[3 * (y * 128 + x)]! ^= 255;
  }
  const map = new DifferenceMap(original);
  map.add([wrongTogether, other]);
  const side = cutOutSide(original);
  assertEquals(side, 32);
  const { left, top } = map.largest(side);
  assert(left <= 72 && left + side >= 88 && top <= 40 && top + side >= 56, `${left}, ${top}`);
});

Deno.test("a close-up fits into any picture, and of equals the first is taken", () => {
  for (const [width, height] of [[1, 1], [20, 9], [33, 40], [768, 512]] as const) {
    const image = picture(width, height);
    const map = new DifferenceMap(image);
    map.add([image, image]);
    const side = cutOutSide(image);
    assertEquals(map.largest(side), { left: 0, top: 0, width: side, height: side });
    assert(side >= 1 && side <= Math.min(width, height));
  }
  assertEquals(cutOutSide({ width: 768, height: 512 }), 128);
});
