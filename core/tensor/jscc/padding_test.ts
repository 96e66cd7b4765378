import { assertEquals } from "@std/assert";
import type { RgbImage } from "../../image.ts";
import { cropPicture, paddedSize, padPicture } from "./padding.ts";

/** A picture of which every sample is another number, below 256 samples. */
function counted(width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => i);
  return { width, height, data };
}

/** Red samples of a padded picture, row by row. */
function reds(x: Float32Array, width: number): number[][] {
  const rows: number[][] = [];
  for (let at = 0; at < x.length; at += 3 * width) {
    rows.push(Array.from({ length: width }, (_, i) => Math.round(255 * x[at + 3 * i]!)));
  }
  return rows;
}

Deno.test("sides are padded to the next multiple, by reflection at the last pixel", () => {
  const x = padPicture(counted(5, 3), 4);
  assertEquals(paddedSize({ width: 5, height: 3 }, 4), { width: 8, height: 4 });
  assertEquals(reds(x, 8), [
    [0, 3, 6, 9, 12, 9, 6, 3],
    [15, 18, 21, 24, 27, 24, 21, 18],
    [30, 33, 36, 39, 42, 39, 36, 33],
    [15, 18, 21, 24, 27, 24, 21, 18],
  ]);
});

Deno.test("a side that is too short to reflect repeats its last pixel", () => {
  assertEquals(reds(padPicture(counted(1, 2), 4), 4), [
    [0, 0, 0, 0],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
  ]);
});

Deno.test("what was padded is cut off again, for every size up to 20", () => {
  for (const stride of [4, 16]) {
    for (let side = 1; side <= 20; side++) {
      const picture = counted(side, 4);
      assertEquals(cropPicture(padPicture(picture, stride), picture, stride), picture);
    }
  }
});

Deno.test("values are rounded to the nearest of 256 and clamped", () => {
  const x = Float32Array.of(-1, 0.49 / 255, 0.51 / 255, 254.4 / 255, 2, 1);
  assertEquals([...cropPicture(x, { width: 2, height: 1 }, 1).data], [0, 0, 1, 254, 255, 255]);
});
