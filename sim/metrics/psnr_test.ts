import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../core/errors.ts";
import { meanSquaredError, peakSignalToNoise, psnr } from "./psnr.ts";

const flat = (value: number, width = 2, height = 3) => ({
  width,
  height,
  data: new Uint8Array(3 * width * height).fill(value),
});

Deno.test("psnr of a constant error of e is 20 log10(255 / e)", () => {
  for (const error of [1, 2, 16, 255]) {
    assertAlmostEquals(
      peakSignalToNoise(flat(0), flat(error)),
      20 * Math.log10(255 / error),
      1e-12,
    );
  }
});

Deno.test("one wrong sample counts as its share of all samples", () => {
  const wrong = flat(100);
  wrong.data[7] = 106;
  assertEquals(meanSquaredError(flat(100), wrong), 36 / 18);
});

Deno.test("a lossless picture has infinite psnr, never a number", async () => {
  assertEquals(await psnr.measure(flat(9), flat(9)), Infinity);
});

Deno.test("psnr does not depend on which picture is the original", () => {
  const other = flat(3);
  other.data.set([0, 255, 17]);
  assertEquals(peakSignalToNoise(flat(8), other), peakSignalToNoise(other, flat(8)));
});

Deno.test("the sum of errors is exact for the largest picture that can be read", () => {
  assert(255 ** 2 * 3 * 8192 ** 2 < Number.MAX_SAFE_INTEGER);
});

Deno.test("pictures of different sizes are refused, and both sizes are named", () => {
  assertThrows(
    () => peakSignalToNoise(flat(0, 2, 3), flat(0, 3, 2)),
    DataError,
    "the original has 2 x 3 pixels, the received 3 x 2",
  );
  assertThrows(
    () => peakSignalToNoise(flat(0), { width: 2, height: 3, data: new Uint8Array(17) }),
    DataError,
    "received: 2 x 3 RGB needs a Uint8Array of 18 values; got 17",
  );
});
