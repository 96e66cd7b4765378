import { assertEquals, assertThrows } from "@std/assert";
import { BitReader, BitWriter, packBits, unpackBits } from "./bits.ts";
import { FormatError, OptionError } from "./errors.ts";
import { philox4x32, randomBits, rootKey } from "./random.ts";

Deno.test("the first bit becomes the most significant bit of the first byte", () => {
  assertEquals(packBits(Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 1, 1)), Uint8Array.of(0xa1, 0x80));
  assertEquals(unpackBits(Uint8Array.of(0xa1, 0x80), 9), Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 1, 1));
});

Deno.test("any number of bits survives packing", () => {
  for (let count = 0; count <= 67; count++) {
    const bits = randomBits(rootKey(count), count);
    const packed = packBits(bits);
    assertEquals(packed.length, Math.ceil(count / 8));
    assertEquals(unpackBits(packed, count), bits);
  }
});

Deno.test("more bits than the bytes hold are refused", () => {
  assertThrows(() => unpackBits(Uint8Array.of(1), 9), FormatError, "9 bits are wanted");
});

Deno.test("fields of every width come back at every alignment", () => {
  const fields: [value: number, count: number][] = [];
  for (let shift = 0; shift < 8; shift++) {
    for (let count = 0; count <= 32; count++) {
      const word = philox4x32([shift, count, 0, 0], [0, 0])[0];
      const most = 2 ** count - 1;
      fields.push([word % 2 ** count, count], [most, count], [0, shift]);
    }
  }
  const writer = new BitWriter();
  for (const [value, count] of fields) writer.write(value, count);
  const reader = new BitReader(writer.toBytes());
  for (const [value, count] of fields) assertEquals(reader.read(count), value);
  assertEquals(reader.position, writer.length);
});

Deno.test("written fields and packed bits agree on the order", () => {
  const bits = randomBits(rootKey(1), 100);
  const writer = new BitWriter();
  for (const bit of bits) writer.write(bit, 1);
  assertEquals(writer.toBytes(), packBits(bits));
  const reader = new BitReader(packBits(bits));
  assertEquals(Uint8Array.from(bits, () => reader.read(1)), bits);
});

Deno.test("align fills with zeros to a whole byte, and does nothing at one", () => {
  const writer = new BitWriter();
  writer.write(1, 1);
  writer.align();
  writer.align();
  writer.write(0xff, 8);
  assertEquals(writer.toBytes(), Uint8Array.of(0x80, 0xff));
  const reader = new BitReader(writer.toBytes());
  reader.read(1);
  reader.align();
  reader.align();
  assertEquals([reader.read(8), reader.remaining], [0xff, 0]);
});

Deno.test("reading past the end is refused and takes nothing", () => {
  const reader = new BitReader(Uint8Array.of(0xc0));
  reader.read(3);
  assertThrows(() => reader.read(6), FormatError, "6 bits are wanted at bit 3; 5 are left");
  assertEquals(reader.read(5), 0);
});

Deno.test("a value that does not fit its field is refused and writes nothing", () => {
  const writer = new BitWriter();
  const misfits: [number, number][] = [[2, 1], [-1, 8], [0.5, 8], [NaN, 8], [2 ** 32, 32], [1, 0]];
  for (const [value, count] of misfits) {
    assertThrows(() => writer.write(value, count), OptionError, `${value}`);
  }
  for (const count of [-1, 33, 1.5]) assertThrows(() => writer.write(0, count), OptionError);
  assertEquals(writer.length, 0);
});

Deno.test("bytes handed out do not change when writing goes on", () => {
  const writer = new BitWriter();
  writer.write(0, 4);
  const before = writer.toBytes();
  writer.write(15, 4);
  assertEquals(before, Uint8Array.of(0));
});
