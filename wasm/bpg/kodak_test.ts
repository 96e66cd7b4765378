import { assert, assertEquals } from "@std/assert";
import type { RgbImage } from "../../core/image.ts";
import { decodePng } from "../../sim/data/png.ts";
import { vectorFolder } from "../../tests/vectors.ts";
import { type BpgChroma, openBpgDecoder, openBpgEncoder } from "./mod.ts";
import { psnr } from "./test_pictures.ts";

/** One row of kodak_rd.csv: x265 3.5 at bpgenc's effort 8, decoded by the reference decoder. */
interface Row {
  readonly image: number;
  readonly chroma: BpgChroma;
  /** On bpgenc's scale: three above the QP of the slice. */
  readonly q: number;
  readonly bytes: number;
  readonly psnr: number;
}

const assets = Deno.env.get("SEMCAST_ASSETS") ??
  new URL("../../../shared/assets", import.meta.url).pathname;
const folder = vectorFolder("bpg");
const rows = folder && hasKodak() ? readRows(`${folder}/kodak_rd.csv`) : [];
const everything = Deno.env.get("SEMCAST_FULL") === "1";

function hasKodak(): boolean {
  try {
    return Deno.statSync(`${assets}/kodak/kodim01.png`).isFile;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipped: no kodak pictures in ${assets} (set SEMCAST_ASSETS)`);
    return false;
  }
}

function readRows(path: string): Row[] {
  const [, ...lines] = Deno.readTextFileSync(path).trim().split("\n");
  return lines.map((line) => {
    const [image, , , chroma, q, bytes, , decibel] = line.split(",");
    return {
      image: Number(image),
      chroma: chroma as BpgChroma,
      q: Number(q),
      bytes: Number(bytes),
      psnr: Number(decibel),
    };
  });
}

function kodak(image: number): RgbImage {
  const path = `${assets}/kodak/kodim${String(image).padStart(2, "0")}.png`;
  const { width, height, data } = decodePng(Deno.readFileSync(path));
  return { width, height, data: data as Uint8Array };
}

/** A high, a middle and a low rate of 4:4:4, and one of 4:2:0; each of another picture. */
function aFew(): Row[] {
  const wanted = [[3, "444", 50], [15, "444", 38], [5, "444", 30], [20, "420", 42]] as const;
  return wanted.flatMap(([image, chroma, q]) =>
    rows.filter((row) => row.image === image && row.chroma === chroma && row.q === q)
  );
}

const chosen = everything ? rows : aFew();

Deno.test({
  name: `${chosen.length} of ${rows.length} Kodak encodes have the bytes and the PSNR of x265 3.5`,
  ignore: rows.length === 0,
  async fn(): Promise<void> {
    assert(chosen.length > 0, "no row of the table was chosen");
    const encoder = await openBpgEncoder();
    const decoder = await openBpgDecoder();
    for (const row of chosen) {
      const image = kodak(row.image);
      const { chroma, q } = row;
      const file = encoder.encode(image, { quality: q, qualityScale: "bpgenc-q", chroma });
      const reached = psnr(image.data, decoder.decode(file).data);
      const name = `kodim${row.image} ${chroma} q ${q}`;
      assertEquals(file.length, row.bytes, name);
      assert(Math.abs(reached - row.psnr) < 1e-4, `${name}: ${reached} dB, ${row.psnr} wanted`);
    }
  },
});
