import { assert, assertEquals, assertThrows } from "@std/assert";
import { DataError, OptionError } from "../../core/errors.ts";
import type { RgbImage } from "../../core/image.ts";
import { parseBpg, readBpgHeader } from "./container.ts";
import { openBpgDecoder } from "./decoder.ts";
import { Engine } from "./engine.ts";
import { type BpgChroma, type BpgEncodeOptions, openBpgEncoder } from "./encoder.ts";
import { nalUnits, startsPicture } from "./nal.ts";
import { grayOf, psnr, testPicture } from "./test_pictures.ts";

const CHROMAS: readonly BpgChroma[] = ["444", "420", "gray"];
const encoder = await openBpgEncoder();
const decoder = await openBpgDecoder();

const SIZES = "1x1 1x7 7x1 2x3 8x8 9x15 15x9 16x16 17x33 33x16 40x24 64x64 65x63 127x66"
  .split(" ")
  .map((size) => size.split("x").map(Number) as [number, number]);

for (const chroma of CHROMAS) {
  Deno.test(`pictures of any size come back in ${chroma}, close to what was sent`, () => {
    for (const [width, height] of SIZES) {
      const image = testPicture(width, height);
      const got = decoder.decode(encoder.encode(image, { quality: 8, chroma }));
      assertEquals([got.width, got.height, got.channels], [width, height, 3]);
      const wanted = chroma === "gray" ? grayOf(image) : image.data;
      // QP 8 quantizes in steps of about 1.6: 444 and gray lose little. 4:2:0 also loses the grain
      // of the chroma (three bits), a few dB.
      const atLeast = chroma === "420" ? 36 : 44;
      const reached = psnr(wanted, got.data);
      assert(reached > atLeast, `${width} x ${height}: ${reached.toFixed(1)} dB`);
    }
  });
}

Deno.test("a lossless file gives the samples back exactly", () => {
  for (const [width, height] of SIZES) {
    const image = testPicture(width, height, 7);
    const file = encoder.encode(image, { quality: 0, lossless: true, effort: 3 });
    assertEquals(readBpgHeader(file).colourSpace, "rgb");
    assertEquals(decoder.decode(file).data, image.data);
  }
});

Deno.test("a file holds what BPG asks for: PPS first, one picture, no VPS, SPS or delimiter", () => {
  for (const chroma of CHROMAS) {
    const file = encoder.encode(testPicture(100, 70), { quality: 30, chroma });
    const { header, hevc } = parseBpg(file);
    assertEquals(
      [header.width, header.height, header.pixelFormat, header.bitDepth, header.colourSpace],
      [100, 70, chroma, 8, "ycbcr-bt601"],
    );
    assertEquals([header.alpha, header.limitedRange, header.animation], ["none", false, null]);
    assertEquals(file[8], 0, "picture_data_length is 0: up to the end");
    // Tree 64, coding blocks from 8, transform blocks 4 to 32, depth 3, SAO, strong smoothing.
    assertEquals([...hevc.subarray(0, 4)], [3, 0x92, 0x47, 0x40]);
    const units = [...nalUnits(hevc.subarray(4), { firstHasStartCode: false })];
    assertEquals(units.map(({ type }) => type), [34, 20]);
    assertEquals(units.map(({ layer }) => layer), [0, 0]);
    assertEquals(units.filter(startsPicture).length, 1);
    assert(file.at(-1) !== 0, "nothing follows the last unit");
  }
});

Deno.test("a small picture states its coding blocks: 16 by 16 only below 16 pixels", () => {
  const minCodingBlock = (image: RgbImage): number => {
    const { hevc } = parseBpg(encoder.encode(image, { quality: 30 }));
    return (hevc[1] as number) >> 7 === 1 ? 8 : 16; // ue(0) is the bit 1
  };
  assertEquals(minCodingBlock(testPicture(8, 100)), 16);
  assertEquals(minCodingBlock(testPicture(9, 16)), 8);
});

Deno.test("the bpgenc scale is three above the QP of the slice, and ends at 0", () => {
  const image = testPicture(64, 64);
  const file = (options: BpgEncodeOptions): Uint8Array => encoder.encode(image, options);
  for (const q of [3, 20, 51]) {
    assertEquals(file({ quality: q, qualityScale: "bpgenc-q" }), file({ quality: q - 3 }));
  }
  assertEquals(file({ quality: 1, qualityScale: "bpgenc-q" }), file({ quality: 0 }));
});

Deno.test("no step of QP makes a file larger, and all 51 together make it far smaller", () => {
  const image = testPicture(96, 80);
  const sizes: number[] = [];
  for (let quality = 0; quality <= 51; quality++) {
    const { length } = encoder.encode(image, { quality, effort: 5 });
    const before = sizes.at(-1) ?? Infinity;
    assert(length <= before, `QP ${quality}: ${length} bytes after ${before}`);
    sizes.push(length);
  }
  assert((sizes[51] as number) < (sizes[0] as number) / 50, `${sizes[0]} to ${sizes[51]} bytes`);
});

Deno.test("every effort from 1 to 9 gives a file that decodes; levels 1 and 8 differ", () => {
  const image = testPicture(130, 90);
  const files = Array.from(
    { length: 9 },
    (_, index) => encoder.encode(image, { quality: 30, effort: index + 1 }),
  );
  for (const file of files) assert(psnr(image.data, decoder.decode(file).data) > 34);
  assert(files[0]?.join() !== files[7]?.join());
});

Deno.test("the same picture gives the same bytes, whatever was encoded before", async () => {
  const image = testPicture(72, 88);
  const first = encoder.encode(image, { quality: 27 });
  encoder.encode(testPicture(200, 40, 3), { quality: 40, chroma: "420", effort: 2 });
  encoder.encode(testPicture(5, 5, 4), { quality: 0, lossless: true });
  assertEquals(encoder.encode(image, { quality: 27 }), first);
  const other = await openBpgEncoder();
  assertEquals(other.encode(image, { quality: 27 }), first);
  assertEquals(other.version, encoder.version);
});

Deno.test("options and pictures out of range are refused with the range", () => {
  const image = testPicture(8, 8);
  const refuse = (options: BpgEncodeOptions, words: string): unknown =>
    assertThrows(() => encoder.encode(image, options), OptionError, words);
  refuse({ quality: 52 }, "quality: an integer from 0 to 51; got 52");
  refuse({ quality: 1.5 }, "got 1.5");
  refuse({ quality: NaN }, "got NaN");
  refuse({ quality: 30, effort: 0 }, "effort: an integer from 1 to 9; got 0");
  refuse({ quality: 30, chroma: "422" as BpgChroma }, '"444", "420" or "gray"; got "422"');
  refuse({ quality: 30, qualityScale: "jpeg" as "slice-qp" }, 'got "jpeg"');
  const short = { width: 8, height: 8, data: new Uint8Array(5) };
  assertThrows(() => encoder.encode(short, { quality: 30 }), DataError);
  const wide = { width: 8193, height: 1, data: new Uint8Array(3 * 8193) };
  assertThrows(() => encoder.encode(wide, { quality: 30 }), DataError, "8193 x 1");
});

Deno.test("every SIMD primitive of the encoder equals x265's plain one on random blocks", async () => {
  const engine = await Engine.open(new URL("./enc.wasm", import.meta.url), { keepBytes: 1 << 26 });
  for (const seed of [1, 2026]) {
    const differing = engine.run((instance) => {
      const address = instance.call("bpg_enc_check", seed, 60) >>> 0;
      if (address === 0) return "none";
      const bytes = new Uint8Array(instance.memory.buffer, address);
      return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
    });
    assertEquals(differing, "none", `seed ${seed}`);
  }
});
