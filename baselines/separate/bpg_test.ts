/**
 * BPG and the ideal code against the rate-distortion table and the per-image results that another
 * implementation (x265 3.5 in a container of its own, decoded by bpgdec) gave on Kodak.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { RgbImage } from "../../core/image.ts";
import { awgnCapacity, channelUseBudget } from "../../core/units.ts";
import { openDataSet } from "../../sim/data/mod.ts";
import { psnr } from "../../sim/metrics/psnr.ts";
import { vectorFolder } from "../../tests/vectors.ts";
import { bpgSource } from "./bpg.ts";
import { bestFitting } from "./rate_search.ts";

interface Expected {
  readonly qp: number;
  readonly bytes: number;
  readonly psnr: number;
}
interface Row {
  readonly chroma: string;
  readonly cbr: string;
  readonly snr_db: number;
  readonly mean_psnr: number;
  readonly per_image: Readonly<Record<string, Expected>>;
}

/** The table counts in bpgenc's -q; with x265 the slice QP is 3 less. */
const BPGENC_OFFSET = 3;
const folder = vectorFolder("bpg");
const images = await openKodak();
const rows: Row[] = folder && images
  ? JSON.parse(await Deno.readTextFile(`${folder}/kodak_capacity.json`)).rows
  : [];
/** The whole table takes many minutes; one picture of each CBR shows the same. */
const whole = Deno.env.has("SEMCAST_FULL");

async function openKodak(): Promise<readonly { id: string; load(): Promise<RgbImage> }[] | null> {
  try {
    const assets = Deno.env.get("SEMCAST_ASSETS") ??
      new URL("../../../shared/assets", import.meta.url).pathname;
    return (await openDataSet(`${assets}/kodak`)).images;
  } catch (error) {
    console.log(`skipped: no Kodak pictures (${error})`);
    return null;
  }
}

Deno.test({
  name: "QP, bytes and PSNR of BPG + capacity on Kodak are those of the reference",
  ignore: rows.length === 0,
  async fn() {
    let compared = 0;
    for (const chroma of ["444", "420"]) {
      const host = {
        capacity: awgnCapacity,
        sideUses: () => Promise.resolve(0),
        memo: <T>(_: string, __: unknown, make: () => Promise<T>) => make(),
      };
      const coder = await bpgSource.create({ chroma, effort: 8 }, host);
      const own = rows.filter((row) => row.chroma === chroma);
      for (const number of Object.keys(own[0]?.per_image ?? {})) {
        if (!whole && number !== (chroma === "444" ? "23" : "20")) continue;
        const source = images!.find(({ id }) => Number(/\d+/.exec(id)?.[0]) === Number(number));
        assert(source, `Kodak picture ${number}`);
        const image = await source.load();
        const sizes = new Map<number, number>();
        for (const row of own) {
          const [numerator = 1, denominator = 1] = row.cbr.split("/").map(Number);
          const uses = channelUseBudget(numerator / denominator, image);
          const budget = Math.floor(uses * awgnCapacity(row.snr_db) / 8);
          const encode = (qp: number): Promise<Uint8Array> => coder.encode(image, qp);
          const found = await bestFitting({ qualities: coder.qualities, sizes, encode }, budget);
          const expected = row.per_image[number]!;
          assertEquals(found?.quality, expected.qp - BPGENC_OFFSET, `QP of picture ${number}`);
          assertAlmostEquals(found!.file.length, expected.bytes, 0.01 * expected.bytes);
          const shown = await coder.decode(found!.file, image);
          assertAlmostEquals(await psnr.measure(image, shown), expected.psnr, 0.05);
          compared++;
        }
      }
    }
    assert(compared > 0, "something was compared");
  },
});
