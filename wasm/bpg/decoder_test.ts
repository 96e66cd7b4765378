import { assert, assertEquals, assertThrows } from "@std/assert";
import { DataError, FormatError } from "../../core/errors.ts";
import { decodePng } from "../../sim/data/png.ts";
import { vectorFiles, vectorFolder } from "../../tests/vectors.ts";
import { readBpgHeader } from "./container.ts";
import { type BpgDecoder, openBpgDecoder } from "./decoder.ts";
import { openBpgEncoder } from "./encoder.ts";
import { testPicture } from "./test_pictures.ts";

const good = vectorFolder("bpg/good");
const bad = vectorFolder("bpg/bad");

/** Where two pictures differ, in words, or undefined. */
function difference(
  decoder: BpgDecoder,
  file: Uint8Array,
  pngPath: string,
  outputDepth: 8 | 16,
): string | undefined {
  const wanted = decodePng(Deno.readFileSync(pngPath));
  const got = decoder.decode(file, { outputDepth });
  if (got.width !== wanted.width || got.height !== wanted.height) return "size";
  if (got.channels !== wanted.channels) return `channels ${got.channels}`;
  let differing = 0;
  for (let i = 0; i < wanted.data.length; i++) if (wanted.data[i] !== got.data[i]) differing++;
  return differing === 0 ? undefined : `${differing} of ${wanted.data.length} samples differ`;
}

Deno.test({
  name: "every good file decodes to the samples of the reference decoder, at 8 and 16 bits",
  ignore: !good,
  async fn(): Promise<void> {
    const decoder = await openBpgDecoder();
    const files = vectorFiles(good as string, ".bpg");
    assert(files.length > 0, "no .bpg in the folder");
    const failures: string[] = [];
    let compared = 0;
    for (const path of files) {
      const file = Deno.readFileSync(path);
      for (const [depth, ending] of [[8, ".dec.png"], [16, ".dec16.png"]] as const) {
        const png = path.replace(/\.bpg$/, ending);
        if (!exists(png)) continue;
        const failure = difference(decoder, file, png, depth);
        if (failure) failures.push(`${path} at ${depth} bits: ${failure}`);
        compared++;
      }
    }
    assertEquals(failures, []);
    assert(compared >= files.length, `${compared} pictures to compare with, ${files.length} files`);
  },
});

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

interface BadCase {
  readonly expect: "reject" | "decode" | "either";
  readonly why: string;
}

/** Decodes a file that may be damaged: a picture, or the error's class. */
function outcome(decoder: BpgDecoder, file: Uint8Array): "picture" | "error" {
  try {
    const picture = decoder.decode(file);
    const { width, height } = readBpgHeader(file);
    assertEquals([picture.width, picture.height], [width, height]);
    assertEquals(picture.data.length, width * height * picture.channels);
    return "picture";
  } catch (error) {
    if (error instanceof FormatError || error instanceof DataError) return "error";
    throw error;
  }
}

Deno.test({
  name:
    "every bad file is refused, or decodes to a picture of the stated size where that is allowed",
  ignore: !bad || !good,
  async fn(): Promise<void> {
    const decoder = await openBpgDecoder();
    const cases: Record<string, BadCase> = JSON.parse(Deno.readTextFileSync(`${bad}/index.json`));
    const reference = decoder.decode(Deno.readFileSync(`${good}/x265_420_q29.bpg`)).data;
    const failures: string[] = [];
    for (const [name, { expect, why }] of Object.entries(cases)) {
      const file = Deno.readFileSync(`${bad}/${name}.bpg`);
      const got = outcome(decoder, file);
      if (expect === "decode") assertEquals(decoder.decode(file).data, reference);
      else if (expect === "reject" && got === "picture") failures.push(`${name}: ${why}`);
    }
    assertEquals(failures, []);
    assert(Object.keys(cases).length > 0);
  },
});

Deno.test("a huge picture is refused before anything is allocated, and maxPixels is named", async () => {
  const decoder = await openBpgDecoder();
  const header = [0x42, 0x50, 0x47, 0xfb, 0x60, 0x00];
  const side = [0x83, 0xff, 0xff, 0xff, 0x7f]; // 2^30 - 1
  const file = Uint8Array.from([...header, ...side, ...side, 0]);
  assertThrows(() => decoder.decode(file), DataError, "maxPixels");
  const small = Uint8Array.from([...header, 16, 16, 0]);
  assertThrows(() => decoder.decode(small, { maxPixels: 255 }), DataError, "maxPixels");
});

Deno.test("a truncated file is refused and says what is missing", async () => {
  const decoder = await openBpgDecoder();
  const file = Uint8Array.of(0x42, 0x50, 0x47, 0xfb, 0x60, 0x00, 16, 16, 0, 3, 0x92);
  assertThrows(() => decoder.decode(file), FormatError, "HEVC header wants 3 bytes, 1 are left");
});

Deno.test("a file that is cut anywhere but in its last bytes is refused", async () => {
  const decoder = await openBpgDecoder();
  const encoder = await openBpgEncoder();
  const file = encoder.encode(testPicture(150, 100), { quality: 30, effort: 2 });
  assertEquals(outcome(decoder, file), "picture");
  // The arithmetic decoder may want a few bytes behind the end of an intact slice.
  for (let length = 0; length < file.length - 12; length++) {
    assertEquals(outcome(decoder, file.subarray(0, length)), "error", `${length} bytes`);
  }
});

Deno.test("a small file that claims 8192 x 8192 pixels is refused before they are made up", async () => {
  const decoder = await openBpgDecoder();
  const encoder = await openBpgEncoder();
  const small = encoder.encode(testPicture(64, 64), { quality: 30, effort: 2 });
  assertEquals([...small.subarray(6, 8)], [64, 64]);
  const side = [0xc0, 0x00]; // 8192
  const file = Uint8Array.from([...small.subarray(0, 6), ...side, ...side, ...small.subarray(8)]);
  assertThrows(() => decoder.decode(file), FormatError, "Premature end of slice segment");
});
