import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { frame, frameCapacity, unframe } from "./framing.ts";

Deno.test("a file of any length and content comes out of any block that holds it", () => {
  fc.assert(fc.property(
    fc.uint8Array({ maxLength: 40 }),
    fc.integer({ min: 0, max: 99 }),
    (file, spare) => assertEquals(unframe(frame(file, 8 * file.length + 8 + spare)), file),
  ));
});

Deno.test("a block one bit too small is refused", () => {
  assertEquals(frameCapacity(15), 0);
  assertEquals(frameCapacity(7), -1);
  assertThrows(
    () => frame(new Uint8Array(1), 15),
    RangeError,
    "at most 0 bytes for 15 bits; got 1",
  );
});

Deno.test("a block without an end mark on a byte boundary holds no file", () => {
  assertEquals(unframe(new Uint8Array(24)), null);
  assertEquals(unframe(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 1)), null);
});
