import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { RgbImage } from "../../core/image.ts";
import { vectorFolder } from "../../tests/vectors.ts";
import { decodeImageFile } from "../data/decode_image.ts";
import { levelFactors, multiScaleSimilarity } from "./ms_ssim.ts";
import { fourLevelSimilarity } from "./ms_ssim_4.ts";
import { meanSquaredError, peakSignalToNoise } from "./psnr.ts";
import { structuralSimilarity } from "./ssim.ts";

interface Pair {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly mse_255: number;
  readonly psnr_db: number;
  readonly ssim_rgb_11x11: number | null;
  readonly ms_ssim: number | null;
  readonly ms_ssim_levels_per_channel: readonly (readonly number[])[] | null;
  readonly ms_ssim_4level_swinjscc_form: number | null;
}

interface KodakLevel {
  readonly distortions: Readonly<
    Record<string, {
      readonly per_image: readonly {
        readonly image: string;
        readonly psnr_db: number;
        readonly ms_ssim: number;
      }[];
      readonly mean_of_psnr_db: number;
      readonly mean_ms_ssim: number;
    }>
  >;
}

/** Tolerances stated with the vectors: both sides compute in float64. */
const PSNR_TOLERANCE = 1e-9, SSIM_TOLERANCE = 1e-7;

const folder = vectorFolder("metrics");
const assets = Deno.env.get("SEMCAST_ASSETS") ??
  new URL("../../../shared/assets", import.meta.url).pathname;
const kodak = folder !== undefined && exists(`${assets}/kodak`);

Deno.test({
  name: "PSNR, SSIM and both forms of MS-SSIM meet the reference values of every pair",
  ignore: folder === undefined,
  async fn(): Promise<void> {
    const { cases } = await readJson<{ cases: Pair[] }>(`${folder}/pairs.json`);
    for (const pair of cases) {
      const a = await readImage(`${folder}/${pair.a}`), b = await readImage(`${folder}/${pair.b}`);
      assertAlmostEquals(meanSquaredError(a, b), pair.mse_255, 1e-9, pair.name);
      assertAlmostEquals(peakSignalToNoise(a, b), pair.psnr_db, PSNR_TOLERANCE, pair.name);
      for (
        const [value, expected] of [
          [structuralSimilarity(a, b), pair.ssim_rgb_11x11],
          [multiScaleSimilarity(a, b), pair.ms_ssim],
          [fourLevelSimilarity(a, b), pair.ms_ssim_4level_swinjscc_form],
        ] as const
      ) {
        assertAlmostEquals(value, expected ?? NaN, SSIM_TOLERANCE, pair.name);
      }
      const levels = pair.ms_ssim_levels_per_channel ?? [];
      for (const channel of levels.length > 0 ? [0, 1, 2] as const : []) {
        const factors = levelFactors(a, b, channel);
        assertEquals(factors.length, levels.length);
        for (const [level, factor] of factors.entries()) {
          const expected = levels[level]?.[channel] ?? NaN;
          assertAlmostEquals(factor, expected, SSIM_TOLERANCE, `${pair.name}, level ${level + 1}`);
        }
      }
    }
  },
});

const DISTORTIONS: Readonly<Record<string, (image: RgbImage) => RgbImage>> = {
  posterise32: (image) => ({ ...image, data: image.data.map((value) => (value >> 5) * 32 + 16) }),
  block4: blockMeans,
};

const FULL = Deno.env.get("SEMCAST_FULL") === "1";

Deno.test({
  name: `PSNR and MS-SSIM meet the reference values on ${FULL ? "all" : "three"} Kodak images`,
  ignore: !kodak,
  async fn(): Promise<void> {
    const { distortions } = await readJson<KodakLevel>(`${folder}/kodak_level.json`);
    for (const [name, reference] of Object.entries(distortions)) {
      const distort = DISTORTIONS[name];
      if (!distort) throw new Error(`kodak_level.json has a distortion unknown here: ${name}`);
      const psnrs: number[] = [], similarities: number[] = [];
      const some = reference.per_image.filter((_, index) => FULL || index % 10 === 3);
      for (const { image, psnr_db, ms_ssim } of some) {
        const original = await readImage(`${assets}/kodak/${image}`);
        const received = distort(original);
        const psnr = peakSignalToNoise(original, received);
        const similarity = multiScaleSimilarity(original, received);
        assertAlmostEquals(psnr, psnr_db, PSNR_TOLERANCE, `${name} ${image}`);
        assertAlmostEquals(similarity, ms_ssim, SSIM_TOLERANCE, `${name} ${image}`);
        psnrs.push(psnr);
        similarities.push(similarity);
      }
      if (!FULL) continue;
      assertAlmostEquals(mean(psnrs), reference.mean_of_psnr_db, PSNR_TOLERANCE);
      assertAlmostEquals(mean(similarities), reference.mean_ms_ssim, SSIM_TOLERANCE);
    }
  },
});

/** Each 4 x 4 block of a channel by its mean, (sum + 8) >> 4. */
function blockMeans(image: RgbImage): RgbImage {
  const { width, height, data } = image;
  const out = new Uint8Array(data.length);
  for (let top = 0; top < height; top += 4) {
    for (let left = 0; left < width; left += 4) {
      for (let channel = 0; channel < 3; channel++) {
        const at = Array.from(
          { length: 16 },
          (_, i) => 3 * ((top + (i >> 2)) * width + left + (i & 3)) + channel,
        );
        const sum = at.reduce((total, index) => total + (data[index] as number), 0);
        for (const index of at) out[index] = (sum + 8) >> 4;
      }
    }
  }
  return { width, height, data: out };
}

async function readImage(path: string): Promise<RgbImage> {
  return (await decodeImageFile(await Deno.readFile(path), path)).image;
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(path)) as T;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipped: no pictures in ${path} (set SEMCAST_ASSETS)`);
    return false;
  }
}
