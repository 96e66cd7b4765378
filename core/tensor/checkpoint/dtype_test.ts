import { assert, assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../../errors.ts";
import { decodeValues, type DType, DTYPE_BYTES, encodeValues, storableAs } from "./dtype.ts";

/** float16 by its definition: sign, 5 bits of exponent, 10 of fraction. */
function halfByDefinition(code: number): number {
  const sign = code & 0x8000 ? -1 : 1, exponent = code >>> 10 & 31, fraction = code & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function halfCodes(values: Float32Array): Uint16Array {
  return new Uint16Array(encodeValues(values, "F16").slice().buffer);
}

Deno.test("each of the 65,536 float16 numbers is read as its definition says, and returns as it was", () => {
  const codes = Uint16Array.from({ length: 65536 }, (_, code) => code);
  const floats = decodeValues(new Uint8Array(codes.buffer), "F16") as Float32Array;
  for (const code of codes) assertEquals(floats[code], halfByDefinition(code));
  const back = halfCodes(floats);
  for (const code of codes) {
    if (Number.isNaN(floats[code])) continue;
    assertEquals(back[code], code);
  }
});

Deno.test("float32 becomes the nearest float16, a tie the even one", () => {
  for (let code = 0; code < 0x7bff; code++) {
    const low = halfByDefinition(code), high = halfByDefinition(code + 1);
    const tie = Math.fround((low + high) / 2); // exact: one bit more than float16 has
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, tie);
    view.setUint32(0, view.getUint32(0) + 1);
    const above = view.getFloat32(0);
    view.setUint32(0, view.getUint32(0) - 2);
    const below = view.getFloat32(0);
    const even = code % 2 === 0 ? code : code + 1;
    const got = [...halfCodes(Float32Array.of(below, tie, above, -tie))];
    assertEquals(got, [code, even, code + 1, even | 0x8000]);
  }
});

Deno.test("bfloat16 is the upper half of a float32", () => {
  const bytes = Uint8Array.of(0x80, 0x3f, 0x80, 0xff, 0x01, 0x00);
  assertEquals(decodeValues(bytes, "BF16"), Float32Array.of(1, -Infinity, 2 ** -133));
});

Deno.test("aligned bytes are shared, others copied, with the same numbers", () => {
  for (const dtype of Object.keys(DTYPE_BYTES) as DType[]) {
    const size = DTYPE_BYTES[dtype];
    const memory = Uint8Array.from({ length: 5 * size + 1 }, (_, i) => 37 * i + 11 & 127);
    const aligned = decodeValues(memory.subarray(0, 4 * size), dtype);
    const moved = new Uint8Array(4 * size + 1);
    moved.set(memory.subarray(0, 4 * size), 1);
    const copied = decodeValues(moved.subarray(1), dtype);
    assertEquals(aligned, copied, dtype);
    assertEquals(aligned.length, 4);
    assert(dtype.endsWith("F16") || aligned.buffer === memory.buffer, dtype);
  }
});

Deno.test("numbers are stored as themselves or as float16, and refused as anything else", () => {
  const arrays = [
    new Float32Array(2),
    new Float64Array(2),
    new Int8Array(2),
    new Uint8Array(2),
    new Int16Array(2),
    new Uint16Array(2),
    new Int32Array(2),
    new Uint32Array(2),
    new BigInt64Array(2),
    new BigUint64Array(2),
  ];
  for (const array of arrays) {
    for (const dtype of storableAs(array)) {
      assertEquals(decodeValues(encodeValues(array, dtype), dtype), array);
    }
    const error = assertThrows(() => encodeValues(array, "BF16"), OptionError);
    assert(error.message.includes(array.constructor.name), error.message);
  }
});
