import { assert, assertEquals, assertRejects } from "@std/assert";
import encodeJpeg, { init as initJpeg } from "@jsquash/jpeg/encode.js";
import encodeWebp, { init as initWebp } from "@jsquash/webp/encode.js";
import { DataError } from "../../core/errors.ts";
import type { RgbImage } from "../../core/image.ts";
import { openBuiltin } from "./builtin.ts";
import { decodeImageFile } from "./decode_image.ts";
import { exifBlock } from "./testing/exif_block.ts";
import { orient, type Orientation } from "./exif.ts";
import { readChunks, writeChunks } from "./png/chunks.ts";
import { encodePng } from "./png.ts";

const scene = await openBuiltin().images.find(({ id }) => id === "fruit")?.load() as RgbImage;
/** A part of odd sides. */
const picture = crop(scene, 90, 100, 61, 43);

function crop(image: RgbImage, left: number, top: number, width: number, height: number): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 3 * ((top + y) * image.width + left);
    data.set(image.data.subarray(from, from + 3 * width), 3 * y * width);
  }
  return { width, height, data };
}

function withAlpha(image: RgbImage, alphaAt: (pixel: number) => number): ImageData {
  const data = new Uint8ClampedArray(4 * image.width * image.height);
  for (let pixel = 0; pixel < data.length / 4; pixel++) {
    data.set(image.data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
    data[4 * pixel + 3] = alphaAt(pixel);
  }
  return new ImageData(data, image.width, image.height);
}

const quiet: object = { print: () => {}, printErr: () => {} };

async function jpeg(image: RgbImage, options: object = {}): Promise<Uint8Array<ArrayBuffer>> {
  await initJpeg(quiet);
  return new Uint8Array(await encodeJpeg(withAlpha(image, () => 255), { quality: 95, ...options }));
}

async function webp(image: ImageData, options: object): Promise<Uint8Array<ArrayBuffer>> {
  await initWebp(quiet);
  return new Uint8Array(await encodeWebp(image, options));
}

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (out.set(part, at), at + part.length), 0);
  return out;
}

function worstDifference(a: RgbImage, b: RgbImage): number {
  assertEquals([a.width, a.height], [b.width, b.height]);
  return a.data.reduce((worst, v, at) => Math.max(worst, Math.abs(v - (b.data[at] as number))), 0);
}

Deno.test("a PNG comes through to the bit and without a note", async () => {
  const decoded = await decodeImageFile(encodePng({ ...picture, channels: 3 }), "a.png");
  assertEquals(decoded, { image: picture, notes: [] });
});

Deno.test("a JPEG is close to what was coded, a lossless WebP equal, whatever the name", async () => {
  const coded = await jpeg(picture, { chroma_subsample: 1, auto_subsample: false });
  const lossy = await decodeImageFile(coded, "photo.png");
  assert(worstDifference(lossy.image, picture) < 40, "quality 95 is off by more than 40 somewhere");
  const lossless = await webp(withAlpha(picture, () => 255), { lossless: 1, exact: 1 });
  assertEquals(await decodeImageFile(lossless, "x"), { image: picture, notes: [] });
});

Deno.test("baseline and progressive JPEG are both read", async () => {
  for (const options of [{ progressive: false }, { progressive: true, baseline: false }]) {
    const file = await jpeg(picture, { ...options, chroma_subsample: 1, auto_subsample: false });
    const { image } = await decodeImageFile(file, "either.jpg");
    assert(worstDifference(image, picture) < 40);
  }
});

Deno.test("a grey JPEG is read as R = G = B and says so", async () => {
  const grey = await jpeg(picture, { color_space: 1 });
  const { image, notes } = await decodeImageFile(grey, "grey.jpg");
  for (let at = 0; at < image.data.length; at += 3) {
    assert(image.data[at] === image.data[at + 1] && image.data[at] === image.data[at + 2]);
  }
  assertEquals(notes, ["grey shown as RGB"]);
});

Deno.test("the EXIF orientation of JPEG, PNG and WebP is applied and noted", async () => {
  const plain = await jpeg(picture);
  const upright = (await decodeImageFile(plain, "plain.jpg")).image;
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as Orientation[]) {
    const block = exifBlock(orientation, orientation % 2 === 0);
    const notes = orientation === 1 ? [] : [`EXIF orientation ${orientation} applied`];
    const expected = (image: RgbImage): object => {
      const { width, height, data } = orient({ ...image, channels: 3 }, orientation);
      return { image: { width, height, data }, notes };
    };

    const length = block.length + 2;
    const app1 = Uint8Array.of(0xff, 0xe1, length >> 8, length & 255);
    const tagged = join(plain.subarray(0, 2), app1, block, plain.subarray(2));
    assertEquals(await decodeImageFile(tagged, "o.jpg"), expected(upright));

    const [header, ...rest] = [...readChunks(encodePng({ ...picture, channels: 3 }))].slice(0, -1);
    assert(header);
    const png = writeChunks([header, { type: "eXIf", data: block.subarray(6) }, ...rest]);
    assertEquals(await decodeImageFile(png, "o.png"), expected(picture));

    const still = await webp(withAlpha(picture, () => 255), { lossless: 1, exact: 1 });
    assertEquals(await decodeImageFile(extended(still, block), "o.webp"), expected(picture));
  }
});

/** A WebP in its extended form, with a block of EXIF behind the picture. */
function extended(simple: Uint8Array, exif: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = (type: string, data: Uint8Array): Uint8Array => {
    const head = new Uint8Array(8);
    head.set(new TextEncoder().encode(type));
    new DataView(head.buffer).setUint32(4, data.length, true);
    return join(head, data, new Uint8Array(data.length % 2));
  };
  const canvas = new Uint8Array(10);
  canvas[0] = 0x08; // EXIF follows
  canvas[4] = picture.width - 1;
  canvas[7] = picture.height - 1;
  const body = join(
    new TextEncoder().encode("WEBP"),
    chunk("VP8X", canvas),
    simple.subarray(12),
    chunk("EXIF", exif),
  );
  return join(chunk("RIFF", body));
}

Deno.test("alpha of a WebP is composited over white", async () => {
  const file = await webp(withAlpha(picture, (pixel) => pixel % 256), { lossless: 1, exact: 1 });
  const { image, notes } = await decodeImageFile(file, "alpha.webp");
  for (let at = 0; at < image.data.length; at++) {
    const alpha = Math.floor(at / 3) % 256, value = picture.data[at] as number;
    assertEquals(image.data[at], Math.round((value * alpha + 255 * (255 - alpha)) / 255));
  }
  assertEquals(notes, ["alpha composited over white"]);
});

Deno.test("a JPEG or WebP cut anywhere is refused, and the error names the file", async () => {
  const whole = {
    "cut.jpg": await jpeg(picture),
    "cut.webp": await webp(withAlpha(picture, () => 255), { quality: 80 }),
  };
  for (const [name, file] of Object.entries(whole)) {
    for (let length = 1; length < file.length; length += 1 + (length >> 4)) {
      await assertRejects(
        () => decodeImageFile(file.subarray(0, length), name),
        DataError,
        `Cannot read "${name}": `,
      );
    }
    const most = file.subarray(0, file.length - 1);
    await assertRejects(() => decodeImageFile(most, name), DataError, "truncated");
  }
});

Deno.test("damage gives an error that names the file or a picture, and the next file is read", async () => {
  const files = [
    await jpeg(picture),
    await webp(withAlpha(picture, () => 255), { lossless: 1, exact: 1 }),
  ];
  let state = 99, refused = 0;
  for (const file of files) {
    for (let round = 0; round < 200; round++) {
      const damaged = file.slice();
      for (let flips = 0; flips < 3; flips++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        const at = (state >>> 3) % damaged.length;
        damaged[at] = (damaged[at] as number) ^ 1 << (state & 7);
      }
      try {
        const { image } = await decodeImageFile(damaged, "damaged");
        assertEquals(image.data.length, 3 * image.width * image.height);
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        assert(error.message.startsWith('Cannot read "damaged": '), error.message);
        refused++;
      }
    }
    assertEquals((await decodeImageFile(file, "whole")).image.width, picture.width);
  }
  assert(refused > 50, "damage was hardly ever seen");
});

Deno.test("sizes beyond 8192 are refused before a decoder sees them", async () => {
  const large = await jpeg(picture);
  const frame = large.findIndex((byte, at) =>
    byte === 0xff && [0xc0, 0xc1, 0xc2].includes(large[at + 1] as number)
  );
  large.set([0xff, 0xff, 0xff, 0xff], frame + 5); // height and width
  await assertRejects(() => decodeImageFile(large, "l.jpg"), DataError, "65535 x 65535");
  const lossless = await webp(withAlpha(picture, () => 255), { lossless: 1, exact: 1 });
  lossless.set([0xff, 0xff, 0xff, 0x0f], 21);
  await assertRejects(() => decodeImageFile(lossless, "l.webp"), DataError, "16384 x 16384");
});

Deno.test("what is no still RGB or grey picture is refused with the reason", async () => {
  const cmyk = await jpeg(picture);
  const frame = cmyk.findIndex((byte, at) =>
    byte === 0xff && [0xc0, 0xc1, 0xc2].includes(cmyk[at + 1] as number)
  );
  const twelve = cmyk.slice();
  cmyk[frame + 9] = 4;
  twelve[frame + 4] = 12;
  const animated = extended(
    await webp(withAlpha(picture, () => 255), { quality: 50 }),
    new Uint8Array(4),
  );
  animated[20] = 0x02;
  const cases: [Uint8Array, string][] = [
    [cmyk, "CMYK"],
    [twelve, "8 bits a sample"],
    [animated, "animated"],
    [new Uint8Array(0), "the file is empty"],
    [new TextEncoder().encode("GIF89a, not ours"), "neither PNG, JPEG nor WebP"],
  ];
  for (const [file, text] of cases) {
    await assertRejects(() => decodeImageFile(file, "odd"), DataError, text);
  }
});
