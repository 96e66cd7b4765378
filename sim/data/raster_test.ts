import { assertEquals, assertThrows } from "@std/assert";
import { DataError, FormatError } from "../../core/errors.ts";
import { checkRaster, checkSides, toRgb } from "./raster.ts";

Deno.test("16 bit is rounded to the nearest 8-bit value, all 65536 of them", () => {
  const data = Uint16Array.from({ length: 65536 * 3 }, (_, at) => Math.floor(at / 3));
  const { image, notes } = toRgb({ width: 256, height: 256, channels: 3, data });
  for (let value = 0; value < 65536; value++) {
    assertEquals(image.data[3 * value], Math.round(value / 257));
  }
  assertEquals(notes, ["16 bit rounded to 8"]);
});

Deno.test("alpha is composited over white and rounded once", () => {
  const data = new Uint8Array(256 * 256 * 2);
  for (let pixel = 0; pixel < 65536; pixel++) data.set([pixel >> 8, pixel & 255], 2 * pixel);
  const { image, notes } = toRgb({ width: 256, height: 256, channels: 2, data });
  for (let pixel = 0; pixel < 65536; pixel++) {
    const value = pixel >> 8, alpha = pixel & 255;
    const expected = Math.round((value * alpha + 255 * (255 - alpha)) / 255);
    assertEquals([...image.data.subarray(3 * pixel, 3 * pixel + 3)], [
      expected,
      expected,
      expected,
    ]);
  }
  assertEquals(notes, ["grey shown as RGB", "alpha composited over white"]);
});

Deno.test("16 bit with alpha is rounded once, not twice", () => {
  // over white: (257 * 100 * 1 + 65535 * 65534) / 65535 / 257 = 254.998: 255
  const data = Uint16Array.of(25700, 0, 65535, 1, 25700, 0, 65535, 65535);
  const { image } = toRgb({ width: 2, height: 1, channels: 4, data });
  assertEquals([...image.data], [255, 255, 255, 100, 0, 255]);
});

Deno.test("an opaque picture keeps its samples, and RGB is not even copied", () => {
  const opaque = toRgb({ width: 1, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 255) });
  assertEquals(opaque, {
    image: { width: 1, height: 1, data: Uint8Array.of(1, 2, 3) },
    notes: [],
  });
  const data = Uint8Array.of(4, 5, 6);
  assertEquals(toRgb({ width: 1, height: 1, channels: 3, data }).image.data === data, true);
});

Deno.test("sizes that cannot be read and data of another length are refused", () => {
  assertThrows(() => checkSides({ width: 0, height: 1 }), FormatError, "0 x 1");
  assertThrows(() => checkSides({ width: 1, height: 8193 }), FormatError, "1 x 8193");
  checkSides({ width: 8192, height: 8192 });
  assertThrows(
    () => checkRaster({ width: 2, height: 2, channels: 3, data: new Uint8Array(11) }),
    DataError,
    "need 12 samples; got 11",
  );
});
