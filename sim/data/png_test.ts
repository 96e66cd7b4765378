import { assert, assertEquals, assertThrows } from "@std/assert";
import { deflateSync } from "node:zlib";
import { sha256 } from "../../core/digest.ts";
import { FormatError } from "../../core/errors.ts";
import { type Chunk, readChunks, writeChunks } from "./png/chunks.ts";
import { decodePng, encodePng, type Raster } from "./png.ts";

/** Samples without any pattern that a wrong index could hide in. */
function samples(length: number, top: number): number[] {
  let state = 12345;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % (top + 1);
  });
}

function ihdr(width: number, height: number, depth: number, type: number, interlace = 0): Chunk {
  const data = new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, depth, type, 0, 0, interlace]);
  new DataView(data.buffer).setUint32(0, width);
  new DataView(data.buffer).setUint32(4, height);
  return { type: "IHDR", data };
}

function idat(raw: Uint8Array | number[]): Chunk {
  return { type: "IDAT", data: deflateSync(Uint8Array.from(raw)) };
}

/** Packs one pass: the pixels for which `carried` holds, rows that have none left out. */
function pack(
  values: readonly number[],
  [width, height, perPixel, depth]: readonly [number, number, number, number],
  carried: (x: number, y: number) => boolean,
): number[] {
  const bytes: number[] = [];
  for (let y = 0; y < height; y++) {
    let bits = "";
    for (let x = 0; x < width; x++) {
      if (!carried(x, y)) continue;
      for (let sample = 0; sample < perPixel; sample++) {
        const value = values[(y * width + x) * perPixel + sample] as number;
        bits += value.toString(2).padStart(depth, "0");
      }
    }
    if (bits === "") continue;
    bytes.push(0);
    for (const byte of bits.match(/.{1,8}/g) ?? []) bytes.push(parseInt(byte.padEnd(8, "0"), 2));
  }
  return bytes;
}

/** The figure of clause 8.2: which pass carries a pixel of each 8 x 8 block. */
const ADAM7 = [
  "16462646",
  "77777777",
  "56565656",
  "77777777",
  "36463646",
  "77777777",
  "56565656",
  "77777777",
];

const KINDS = [
  { type: 0, perPixel: 1, depths: [1, 2, 4, 8, 16] },
  { type: 2, perPixel: 3, depths: [8, 16] },
  { type: 3, perPixel: 1, depths: [1, 2, 4, 8] },
  { type: 4, perPixel: 2, depths: [8, 16] },
  { type: 6, perPixel: 4, depths: [8, 16] },
];

Deno.test("every colour type, depth and interlace method gives the samples that were written", () => {
  for (const { type, perPixel, depths } of KINDS) {
    for (const depth of depths) {
      for (const [width, height] of [[1, 1], [3, 2], [13, 11]] as const) {
        for (const interlaced of [false, true]) {
          const top = 2 ** depth - 1;
          const values = samples(width * height * perPixel, top);
          const shape = [width, height, perPixel, depth] as const;
          const raw = interlaced
            ? ["1", "2", "3", "4", "5", "6", "7"].flatMap((pass) =>
              pack(values, shape, (x, y) => ADAM7[y % 8]?.[x % 8] === pass)
            )
            : pack(values, shape, () => true);
          const palette = samples(3 * 2 ** Math.min(depth, 8), 255);
          const read = decodePng(writeChunks([
            ihdr(width, height, depth, type, interlaced ? 1 : 0),
            ...(type === 3 ? [{ type: "PLTE", data: Uint8Array.from(palette) }] : []),
            idat(raw),
          ]));
          const expected = type === 3
            ? values.flatMap((index) => palette.slice(3 * index, 3 * index + 3))
            : depth < 8
            ? values.map((value) => value * 255 / top)
            : values;
          const name = `type ${type}, ${depth} bits, ${width} x ${height}, ${interlaced}`;
          assertEquals([...read.data], expected, name);
          assertEquals(read.channels, type === 3 ? 3 : perPixel, name);
          assertEquals(read.data instanceof Uint16Array, depth === 16, name);
        }
      }
    }
  }
});

// Written by ImageMagick 6.9.11 with libpng 1.6.39; `samples` is the start of the SHA-256 of the
// samples (16 bits big-endian) as ImageMagick reads them back.
const FOREIGN = [
  {
    what: "grey of 1 bit, interlaced",
    channels: 1,
    depth: 8,
    file:
      "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAHAQAAAAGF52pbAAAAGklEQVQI12M4wNDA8IDhABD+AMIPUPi/AYIAyGANzltZLfQAAAAASUVORK5CYII=",
    samples: "d12449c812418254",
  },
  {
    what: "grey of 16 bits, interlaced",
    channels: 1,
    depth: 16,
    file:
      "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAHEAAAAAHYZ9RpAAAAl0lEQVQI1wGMAHP/AXEFBwoAc3cBJNQP5B3PAW6N+jYDBTwmAwFV6Qtx+cP8LgfJAw287kDzDxXHDtEBeJjz1PsSD90BTy4W/evMGvQDAh7yNwzYD08EB5T9FPs9+hEBZKUGhAf7Ao75+/q58RAJYQeoA/JX3bX53+y+4v4QGBMJ7Qf4TwIACgdU8iLu0/kE7iEIEhpbAa9gATrhtaQvyAAAAABJRU5ErkJggg==",
    samples: "a6043aed3dd6c55a",
  },
  {
    what: "palette of 4 bits, interlaced",
    channels: 3,
    depth: 8,
    file:
      "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAHBAMAAAFfskrFAAAAJFBMVEWwYDWVYFLTXmCMT2aYVYRxTWiNMFphWJxjHmVaGpgtILMrQciEMhGHAAAAOElEQVQI12NgYmBgmFHAwMjQzhBsXsCwa3oBUIAhOZRhRjnDqnIGQUFhYweGjrRmoNyqGVPLNwAAA7cM9ElS0SEAAAAASUVORK5CYII=",
    samples: "668ae9c6695a8817",
  },
  {
    what: "grey and alpha of 8 bits",
    channels: 2,
    depth: 8,
    file:
      "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAHCAQAAABwkq/rAAAAZElEQVQI1wXBTQqCUBgAwNG+ZxoUFAQtnrTqfB21W9QyMgl/yJoprur2k7+5bt+5zNt2laM3WUtGPI0q0RntJb1BaHTi5ucs9C527golyaQzetk4mQWlASwWhUocTMIimT00jv5TlB5G3YewmwAAAABJRU5ErkJggg==",
    samples: "e17d19a1779f18fe",
  },
  {
    what: "RGB and alpha of 16 bits, interlaced",
    channels: 4,
    depth: 16,
    file:
      "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAHEAYAAAH9DIu1AAAB90lEQVQozwXBW0hTAQCA4f+0s2uz2TY3lJwNzwRJXQZLg5yVmhy6UGSYZAmJBFFPEeSI6iEk6EKTiKALg0XQTTRBIcSHLqAlSSQYW0XTNpfWZHrAttzW9wkPKk7tq74ENbeVG+5aYDhwcrjEAsKRkO5msK9XzvqK+r4cgtQ96WptDoTRF0cDXgEW4qsd6yOgWhfJJrZZe2Xl3Jbd9VrZJVx4u+fw3kZZcr5TVeQ/gmRd+rG2Cn4qKI5y0CTU45YqEAwWz/0PI+EzZaF0eXwYqptXSpPFEPXV3FmZhLwWY1aygTA4evpjfTkIxxMbUz2QMaTPqveD7kd+t7UHxJmpCfeGi7K0PFa6S+WHRGTxlroR9HdNPtsJEKdtn/2VQdk1H1C84QOgiRYNVobAYFa1O/tADJ536j1bZam2M9XqagPGc22zb0CdpDPlBuF6Xbu3YafUm/mk68+NQEHzmgVTBn436fVqDRjLlNhSGLTTy08L0zCXWGpWRUDjNyimFJg8Kq25C8SpK/1zpV5Z0rykO/octDFHV2YHrJo1Wft2mLUrT/IHIG9sszf3CoTFkvdr4/AtO+MotILh2mqrIw5iuEC0NU3KLv7oivP8EG9It4Qug+3ZyvyvIRAP/jtmrIDvseUJxQmW15LdaAPtJh5KA/C1I/bX7oP/Vwa2RWkmvggAAAAASUVORK5CYII=",
    samples: "4c99f907a5ff169a",
  },
];

for (const { what, channels, depth, file, samples } of FOREIGN) {
  Deno.test(`a PNG of another program is read to the bit: ${what}`, async () => {
    const raster = decodePng(Uint8Array.fromBase64(file));
    assertEquals([raster.width, raster.height, raster.channels], [9, 7, channels as 1]);
    const bytes = new Uint8Array(raster.data.length * depth / 8);
    const view = new DataView(bytes.buffer);
    raster.data.forEach((value, at) =>
      depth === 16 ? view.setUint16(2 * at, value) : view.setUint8(at, value)
    );
    assertEquals((await sha256(bytes)).slice(0, 16), samples);
  });
}

Deno.test("what is written is read back, for 1 to 4 channels of 8 and 16 bits", () => {
  for (const channels of [1, 2, 3, 4] as const) {
    for (const [width, height] of [[1, 1], [17, 5], [64, 48]] as const) {
      for (const data of [new Uint8Array(0), new Uint16Array(0)]) {
        const top = data instanceof Uint16Array ? 65535 : 255;
        const values = samples(width * height * channels, top);
        const raster: Raster = {
          width,
          height,
          channels,
          data: top === 255 ? Uint8Array.from(values) : Uint16Array.from(values),
        };
        assertEquals(decodePng(encodePng(raster)), raster);
      }
    }
  }
});

Deno.test("each of the five row filters is undone as the standard defines it", () => {
  // five equal rows, each filtered by hand; 3 bytes a pixel, 2 pixels a row
  const row = [10, 20, 30, 40, 60, 90];
  const left = (column: number) => row[column - 3] ?? 0;
  const raw = [
    ...[0, ...row],
    ...[1, ...row.map((value, column) => (value - left(column)) & 255)],
    ...[2, ...row.map(() => 0)],
    ...[3, ...row.map((value, column) => (value - (left(column) + value >> 1)) & 255)],
    ...[4, ...row.map(() => 0)], // equal rows: p = a + b - c = b, so the prediction is exact
  ];
  assertEquals([...decodePng(writeChunks([ihdr(2, 5, 8, 2), idat(raw)])).data], [
    ...row,
    ...row,
    ...row,
    ...row,
    ...row,
  ]);
});

Deno.test("a first row may use the filters that look above, where all is 0", () => {
  const file = (filter: number, bytes: number[]) =>
    writeChunks([ihdr(3, 1, 8, 0), idat([filter, ...bytes])]);
  assertEquals([...decodePng(file(2, [5, 6, 7])).data], [5, 6, 7]);
  assertEquals([...decodePng(file(3, [8, 8, 8])).data], [8, 12, 14]);
  assertEquals([...decodePng(file(4, [8, 8, 8])).data], [8, 16, 24]);
});

Deno.test("tRNS gives an alpha channel to grey, RGB and palette pictures", () => {
  const grey = writeChunks([
    ihdr(2, 1, 4, 0),
    { type: "tRNS", data: Uint8Array.of(0, 7) },
    idat([0, 0x78]),
  ]);
  assertEquals(decodePng(grey), {
    width: 2,
    height: 1,
    channels: 2,
    data: Uint8Array.of(119, 0, 136, 255),
  });
  const rgb = writeChunks([
    ihdr(2, 1, 8, 2),
    { type: "tRNS", data: Uint8Array.of(0, 1, 0, 2, 0, 3) },
    idat([0, 1, 2, 3, 1, 2, 4]),
  ]);
  assertEquals([...decodePng(rgb).data], [1, 2, 3, 0, 1, 2, 4, 255]);
  const palette = writeChunks([
    ihdr(3, 1, 2, 3),
    { type: "PLTE", data: Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3) },
    { type: "tRNS", data: Uint8Array.of(9, 8) },
    idat([0, 0b00011000]),
  ]);
  assertEquals([...decodePng(palette).data], [1, 1, 1, 9, 2, 2, 2, 8, 3, 3, 3, 255]);
});

const SMALL: Raster = {
  width: 20,
  height: 10,
  channels: 3,
  data: Uint8Array.from(samples(600, 255)),
};

Deno.test("a file cut anywhere is refused, and the text says that bytes are missing", () => {
  const file = encodePng(SMALL);
  for (let length = 0; length < file.length; length++) {
    const text = length < 8 ? "not a PNG" : "truncated";
    assertThrows(() => decodePng(file.subarray(0, length)), FormatError, text);
  }
  assertThrows(
    () => decodePng(file.subarray(0, 100)),
    FormatError,
    `chunk IDAT at byte 33 needs ${file.length - 45} bytes, 67 are left`,
  );
});

Deno.test("a flipped bit anywhere is refused, never a picture", () => {
  const file = encodePng(SMALL);
  for (let at = 0; at < file.length; at++) {
    const damaged = file.slice();
    damaged[at] = (damaged[at] as number) ^ 1 << (at % 8);
    assertThrows(() => decodePng(damaged), FormatError);
  }
});

Deno.test("pixels that do not match the header are refused although every CRC is right", () => {
  const chunks = [...readChunks(encodePng(SMALL))].filter(({ type }) => type === "IDAT");
  for (
    const [header, text] of [
      [ihdr(20, 9, 8, 2), "more than 549 bytes"],
      [ihdr(20, 11, 8, 2), "671 bytes of pixels are due, 610 came"],
      [ihdr(20, 10, 8, 5), "no PNG has colour type 5"],
      [ihdr(20, 10, 4, 2), "no PNG has colour type 2 with 4 bits"],
      [ihdr(20, 10, 8, 3), "PLTE is missing"],
      [ihdr(20, 10, 8, 2, 2), "interlace"],
      [ihdr(0, 10, 8, 2), "0 x 10"],
      [ihdr(8193, 1, 8, 2), "8193 x 1"],
    ] as const
  ) {
    assertThrows(() => decodePng(writeChunks([header, ...chunks])), FormatError, text);
  }
  const strange = (filter: number) => writeChunks([ihdr(1, 1, 8, 0), idat([filter, 0])]);
  assertThrows(() => decodePng(strange(5)), FormatError, "row filters");
  assertThrows(
    () =>
      decodePng(
        writeChunks([
          ihdr(1, 1, 8, 3),
          { type: "PLTE", data: new Uint8Array(6) },
          idat([0, 2]),
        ]),
      ),
    FormatError,
    "colour 2 of a palette of 2",
  );
  assertThrows(() => decodePng(writeChunks([ihdr(1, 1, 8, 0)])), FormatError, "no pixels");
});

Deno.test("a bomb is refused before memory is asked for", () => {
  const bomb = writeChunks([ihdr(8192, 8192, 16, 6), idat(new Uint8Array(1000))]);
  assertThrows(() => decodePng(bomb), FormatError, "cannot come from");
  // one that inflates to far more than its header says stops at what the header says
  const fountain = writeChunks([ihdr(4, 4, 8, 0), idat(new Uint8Array(50_000_000))]);
  const started = Deno.memoryUsage().rss;
  assertThrows(() => decodePng(fountain), FormatError, "more than 20 bytes");
  assert(Deno.memoryUsage().rss - started < 30_000_000, "the rest was inflated too");
});

Deno.test("chunks out of order or unknown but needed are refused; others are passed over", () => {
  const [header, pixels] = [ihdr(1, 1, 8, 0), idat([0, 77])];
  const text = { type: "tEXt", data: Uint8Array.of(65, 0, 66) };
  assertEquals([...decodePng(writeChunks([header, text, pixels, text])).data], [77]);
  const odd = { type: "ODDz", data: new Uint8Array(3) };
  assertThrows(() => decodePng(writeChunks([header, odd, pixels])), FormatError, "ODDz");
  assertThrows(() => decodePng(writeChunks([pixels, header])), FormatError, "IHDR");
  const first = { type: "IDAT", data: pixels.data.subarray(0, 4) };
  const second = { type: "IDAT", data: pixels.data.subarray(4) };
  assertEquals([...decodePng(writeChunks([header, first, second])).data], [77]);
  assertThrows(
    () => decodePng(writeChunks([header, first, text, second])),
    FormatError,
    "tEXt",
  );
});
