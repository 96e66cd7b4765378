import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FormatError } from "../../core/errors.ts";
import { vectorFiles, vectorFolder } from "../../tests/vectors.ts";
import { BitReader, BitWriter } from "./bitstream.ts";
import { readCodingParameters, writeCodingParameters } from "./coding_parameters.ts";
import {
  type Alpha,
  COLOUR_SPACES,
  Cursor,
  parseBpg,
  PIXEL_FORMATS,
  readBpgHeader,
  writeBpg,
  writeNumber,
} from "./container.ts";
import { annexB, bpgData, nalUnits, unwrapNal, wrapNal } from "./nal.ts";

/** A header of 16 x 16 pixels with given format and colour bytes, and bytes behind the size. */
function header(format: number, colour: number, rest: number[]): Uint8Array {
  return Uint8Array.of(0x42, 0x50, 0x47, 0xfb, format, colour, 16, 16, ...rest);
}

Deno.test("numbers of a header survive writing and reading, in their shortest form", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 30 - 1 }), (value) => {
    const bytes = writeNumber(value);
    assertEquals(new Cursor(bytes).number("value"), value);
    assertEquals(bytes.length, Math.max(1, Math.ceil(Math.log2(value + 1) / 7)));
  }));
});

Deno.test("the examples of the specification: 8, 542 and 728855", () => {
  assertEquals([...writeNumber(8)], [0x08]);
  assertEquals([...writeNumber(542)], [0x84, 0x1e]);
  assertEquals([...writeNumber(728855)], [0xac, 0xbe, 0x17]);
});

Deno.test("a number that is padded, endless or over its limit is refused", () => {
  const read = (...bytes: number[]): number => new Cursor(Uint8Array.from(bytes)).number("size");
  assertThrows(() => read(0x80, 0x01), FormatError, "shortest form");
  assertThrows(() => read(0x81), FormatError, "ends within size");
  assertThrows(() => read(0x84, 0x80, 0x80, 0x80, 0x00), FormatError, "above 1073741823");
  assertThrows(() => read(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), FormatError, "above");
});

Deno.test("a written file is parsed back to its header and data", () => {
  const still = { width: 8192, height: 3, pixelFormat: "420", colourSpace: "ycbcr-bt601" } as const;
  const parsed = parseBpg(writeBpg(still, Uint8Array.of(0x92), Uint8Array.of(1, 2, 3)));
  assertEquals([...parsed.hevc], [1, 0x92, 1, 2, 3]);
  assertEquals(parsed.header, {
    ...still,
    bitDepth: 8,
    limitedRange: false,
    alpha: "none",
    animation: null,
    extensions: [],
  });
});

Deno.test("flags of the header tell alpha, range, depth and formats", () => {
  const alpha = (format: number, colour: number): Alpha =>
    readBpgHeader(header(0x60 | format, colour, [0])).alpha;
  assertEquals(alpha(0, 0), "none");
  assertEquals(alpha(16, 0), "straight");
  assertEquals(alpha(16, 4), "premultiplied");
  assertEquals(alpha(0, 4), "w");
  assertEquals(readBpgHeader(header(0x66, 2, [0])).limitedRange, true);
  assertEquals(readBpgHeader(header(0x66, 2, [0])).bitDepth, 14);
  for (const [index, pixelFormat] of PIXEL_FORMATS.entries()) {
    assertEquals(readBpgHeader(header(index << 5, 0, [0])).pixelFormat, pixelFormat);
  }
  for (const [index, colourSpace] of COLOUR_SPACES.entries()) {
    assertEquals(readBpgHeader(header(0x60, index << 4, [0])).colourSpace, colourSpace);
  }
});

Deno.test("reserved values and contradictions are refused by name", () => {
  const refuse = (format: number, colour: number, words: string): unknown =>
    assertThrows(() => readBpgHeader(header(format, colour, [0])), FormatError, words);
  refuse(0xc0, 0, "pixel format 6");
  refuse(0x67, 0, "15 bits");
  refuse(0x60, 0x50, "colour space 5");
  refuse(0x00, 0x10, "gray picture with colour space");
  refuse(0x00, 0x04, "W plane");
  refuse(0x60, 0x01, "animation without its control extension");
  const empty = Uint8Array.of(0x42, 0x50, 0x47, 0xfb, 0x60, 0, 0, 16, 0);
  assertThrows(() => readBpgHeader(empty), FormatError, "size 0 x 16");
  assertThrows(() => readBpgHeader(Uint8Array.of(1, 2, 3)), FormatError, "42 50 47 FB");
});

Deno.test("extensions are kept as they are, and may not run over their end", () => {
  const file = header(0x60, 8, [0, 5, 1, 3, 7, 8, 9, 0xaa]);
  assertEquals(parseBpg(file).header.extensions, [{ tag: 1, data: Uint8Array.of(7, 8, 9) }]);
  assertEquals([...parseBpg(file).hevc], [0xaa]);
  assertThrows(() => parseBpg(header(0x60, 8, [0, 5, 1, 4, 7, 8, 9])), FormatError, "4 bytes");
  assertThrows(() => parseBpg(header(0x60, 8, [0, 9, 1, 3, 7, 8, 9])), FormatError, "9 bytes");
});

Deno.test("picture data of a stated length ends there; more than the file has is refused", () => {
  assertEquals([...parseBpg(header(0x60, 0, [2, 1, 2, 3])).hevc], [1, 2]);
  assertThrows(() => parseBpg(header(0x60, 0, [4, 1, 2, 3])), FormatError, "4 bytes of picture");
});

Deno.test("bits and Exp-Golomb codes survive writing and reading", () => {
  fc.assert(fc.property(
    fc.array(fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 32 }), value: fc.nat(2 ** 31 - 1) }),
      fc.record({ golomb: fc.nat(2 ** 31 - 2) }),
    )),
    (items) => {
      const writer = new BitWriter();
      for (const item of items) {
        if ("golomb" in item) writer.golomb(item.golomb);
        else writer.bits(item.count, item.value % 2 ** item.count);
      }
      const reader = new BitReader(writer.toBytes(), "test");
      for (const item of items) {
        if ("golomb" in item) assertEquals(reader.golomb(), item.golomb);
        else assertEquals(reader.bits(item.count), item.value % 2 ** item.count);
      }
    },
  ));
});

Deno.test("an Exp-Golomb code of more than 32 bits is refused, not followed", () => {
  const reader = new BitReader(new Uint8Array(64), "HEVC header");
  assertThrows(() => reader.golomb(), FormatError, "more than 32 bits");
});

Deno.test("any payload survives a NAL unit, which never holds a start code", () => {
  const byte = fc.oneof(fc.constantFrom(0, 0, 1, 2, 3), fc.nat(255));
  fc.assert(fc.property(fc.array(byte, { maxLength: 60 }), (payload) => {
    const unit = wrapNal(34, Uint8Array.from([...payload, 0x80]));
    assertEquals([...unwrapNal(unit)], [...payload, 0x80]);
    for (let i = 2; i + 2 < unit.length; i++) {
      const low = unit[i] === 0 && unit[i + 1] === 0 && (unit[i + 2] as number) < 3;
      assertEquals(low, false);
    }
  }));
});

Deno.test("units split where their start codes are, of three or four bytes", () => {
  const units = [34, 20, 39].map((type) => wrapNal(type, Uint8Array.of(type, 0, 0, 1, 0x80)));
  const bytesOf = (stream: Uint8Array, firstHasStartCode: boolean): number[][] =>
    [...nalUnits(stream, { firstHasStartCode })].map(({ bytes }) => [...bytes]);
  const wanted = units.map((unit) => [...unit]);
  assertEquals(bytesOf(annexB(units), true), wanted);
  assertEquals(bytesOf(bpgData(units), false), wanted);
  assertEquals([...nalUnits(annexB(units), { firstHasStartCode: true })].map((u) => u.type), [
    34,
    20,
    39,
  ]);
});

Deno.test("truncated units and missing start codes are refused", () => {
  const split = (...bytes: number[]): unknown => [
    ...nalUnits(Uint8Array.from(bytes), { firstHasStartCode: false }),
  ];
  assertThrows(() => split(0x44, 1), FormatError, "truncated");
  assertThrows(() => split(0x44, 1, 9, 0, 0, 1, 0x28), FormatError, "truncated");
  const stream = Uint8Array.of(0x44, 1, 9);
  assertThrows(
    () => [...nalUnits(stream, { firstHasStartCode: true })],
    FormatError,
    "without a start code",
  );
});

const good = vectorFolder("bpg/good");

Deno.test({
  name: "the HEVC header of every good file is read and written back to the same bytes",
  ignore: !good,
  fn(): void {
    for (const path of vectorFiles(good as string, ".bpg")) {
      const cursor = new Cursor(parseBpg(Deno.readFileSync(path)).hevc);
      const bytes = cursor.take(cursor.number("length"), "HEVC header");
      const parameters = readCodingParameters(new BitReader(bytes, "HEVC header"));
      assertEquals([...writeCodingParameters(parameters)], [...bytes], path);
    }
  },
});

interface Listed {
  readonly pixelFormat: number;
  readonly bitDepth: number;
  readonly colorSpace: number;
  readonly limitedRange: number;
  readonly animation: number;
  readonly alpha: string;
  readonly width: number;
  readonly height: number;
}

Deno.test({
  name: "the header of every good file says what the index of the vectors says",
  ignore: !good,
  fn(): void {
    const index: Record<string, Listed> = JSON.parse(
      Deno.readTextFileSync(`${good}/index.json`),
    );
    for (const [name, listed] of Object.entries(index)) {
      const read = readBpgHeader(Deno.readFileSync(`${good}/${name}.bpg`));
      assertEquals({
        pixelFormat: PIXEL_FORMATS.indexOf(read.pixelFormat),
        bitDepth: read.bitDepth,
        colorSpace: COLOUR_SPACES.indexOf(read.colourSpace),
        limitedRange: Number(read.limitedRange),
        animation: Number(read.animation !== null),
        width: read.width,
        height: read.height,
      }, {
        pixelFormat: listed.pixelFormat,
        bitDepth: listed.bitDepth,
        colorSpace: listed.colorSpace,
        limitedRange: listed.limitedRange,
        animation: listed.animation,
        width: listed.width,
        height: listed.height,
      }, name);
    }
  },
});
