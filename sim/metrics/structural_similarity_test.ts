import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { RgbImage } from "../../core/image.ts";
import { fillUniforms, rootKey } from "../../core/random.ts";
import { multiScaleSimilarity } from "./ms_ssim.ts";
import { fourLevelSimilarity } from "./ms_ssim_4.ts";
import { halve, type PlanePair, planePair } from "./planes.ts";
import { structuralSimilarity } from "./ssim.ts";
import { type MeanSimilarity, meanSimilarity } from "./structural_similarity.ts";

function noise(name: string, width: number, height: number): RgbImage {
  const uniforms = new Float64Array(3 * width * height);
  fillUniforms(rootKey(1).derive(name), uniforms);
  return { width, height, data: Uint8Array.from(uniforms, (u) => Math.floor(256 * u)) };
}

function flat(value: number, width: number, height: number): RgbImage {
  return { width, height, data: new Uint8Array(3 * width * height).fill(value) };
}

/** Mean cs and ssim by the definition: full 2-D windows of a and b, no sums and differences. */
function byDefinition(a: RgbImage, b: RgbImage, channel: number, clip: boolean): MeanSimilarity {
  const taps = Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / 4.5));
  const total = taps.reduce((sum, tap) => sum + tap, 0);
  const c1 = 2.55 ** 2, c2 = 7.65 ** 2;
  let csSum = 0, ssimSum = 0, count = 0;
  for (let y = 0; y + 11 <= a.height; y++) {
    for (let x = 0; x + 11 <= a.width; x++, count++) {
      const m = { a: 0, b: 0, aa: 0, bb: 0, ab: 0 };
      for (const [row, v] of taps.entries()) {
        for (const [column, h] of taps.entries()) {
          const at = 3 * ((y + row) * a.width + x + column) + channel;
          const weight = v * h / (total * total);
          const p = a.data[at] as number, q = b.data[at] as number;
          m.a += weight * p;
          m.b += weight * q;
          m.aa += weight * p * p;
          m.bb += weight * q * q;
          m.ab += weight * p * q;
        }
      }
      const [saa, sbb, sab] = [m.aa - m.a ** 2, m.bb - m.b ** 2, m.ab - m.a * m.b];
      let cs = (2 * sab + c2) / (saa + sbb + c2);
      if (clip) cs = Math.max(cs, 0);
      csSum += cs;
      ssimSum += cs * (2 * m.a * m.b + c1) / (m.a ** 2 + m.b ** 2 + c1);
    }
  }
  return { cs: csSum / count, ssim: ssimSum / count };
}

Deno.test("the separable filter over sums and differences is the definition of SSIM", () => {
  for (const [width, height] of [[11, 11], [12, 11], [19, 27]] as const) {
    const a = noise("a", width, height), b = noise("b", width, height);
    for (const channel of [0, 1, 2] as const) {
      for (const clip of [false, true]) {
        const fast = meanSimilarity(planePair(a, b, channel), { clip });
        const slow = byDefinition(a, b, channel, clip);
        assertAlmostEquals(fast.cs, slow.cs, 1e-12);
        assertAlmostEquals(fast.ssim, slow.ssim, 1e-12);
      }
    }
  }
});

Deno.test("a picture compared with itself has similarity 1 in every form", () => {
  const image = noise("self", 200, 177);
  assertAlmostEquals(structuralSimilarity(image, image), 1, 1e-12);
  assertAlmostEquals(multiScaleSimilarity(image, image), 1, 1e-12);
  assertAlmostEquals(fourLevelSimilarity(image, image), 1, 1e-12);
});

Deno.test("flat pictures differ in luminance alone: the closed form of each level", () => {
  const c1 = 2.55 ** 2;
  const luminance = (2 * 100 * 150 + c1) / (100 ** 2 + 150 ** 2 + c1);
  const [a, b] = [flat(100, 176, 192), flat(150, 176, 192)];
  assertAlmostEquals(structuralSimilarity(a, b), luminance, 1e-12);
  assertAlmostEquals(multiScaleSimilarity(a, b), luminance ** 0.1333, 1e-12);
  // the fourth level stands in each of three factors
  const weight = 3 * 0.2363 / (0.0448 + 0.2856 + 0.3001 + 0.2363);
  assertAlmostEquals(fourLevelSimilarity(a, b), luminance ** weight, 1e-12);
});

Deno.test("a negative is no better than nothing: MS-SSIM is 0 where the structure is inverted", () => {
  const image = noise("negative", 161, 161);
  const negative = { ...image, data: image.data.map((value) => 255 - value) };
  assertEquals(multiScaleSimilarity(image, negative), 0);
  assert(structuralSimilarity(image, negative) < 0);
});

Deno.test("similarity falls as noise grows and does not depend on the order of the pictures", () => {
  const image = noise("scene", 170, 180), disturbance = noise("noise", 170, 180);
  const disturbed = (share: number) => ({
    ...image,
    data: image.data.map((value, at) =>
      value + Math.round(share * ((disturbance.data[at] as number) - value))
    ),
  });
  for (const metric of [structuralSimilarity, multiScaleSimilarity, fourLevelSimilarity]) {
    const values = [0, 0.1, 0.2, 0.4, 0.8].map((share) => metric(image, disturbed(share)));
    values.reduce((previous, value) => {
      assert(value < previous, `${values}`);
      return value;
    });
    assertAlmostEquals(metric(disturbed(0.3), image), metric(image, disturbed(0.3)), 1e-12);
  }
});

Deno.test("sizes at which a form is undefined give NaN, one pixel more gives a number", () => {
  for (
    const [metric, least] of [
      [structuralSimilarity, 11],
      [fourLevelSimilarity, 81],
      [multiScaleSimilarity, 161],
    ] as const
  ) {
    const wide = 200;
    assertEquals(metric(flat(1, wide, least - 1), flat(2, wide, least - 1)), NaN);
    assertEquals(metric(flat(1, least - 1, wide), flat(2, least - 1, wide)), NaN);
    assert(Number.isFinite(metric(flat(1, wide, least), flat(2, wide, least))));
  }
  assertEquals(structuralSimilarity(flat(1, 1, 1), flat(1, 1, 1)), NaN);
});

Deno.test("halving an odd side counts a zero in front or averages what is there", () => {
  const plane = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9); // 3 x 3
  const planes: PlanePair = { width: 3, height: 3, sum: plane, difference: plane };
  const zero = halve(planes, "zero"), partial = halve(planes, "partial");
  assertEquals([zero.width, zero.height], [2, 2]);
  assertEquals([...zero.sum], [1 / 4, (2 + 3) / 4, (4 + 7) / 4, (5 + 6 + 8 + 9) / 4]);
  assertEquals([...partial.sum], [(1 + 2 + 4 + 5) / 4, (3 + 6) / 2, (7 + 8) / 2, 9]);
  assertEquals(zero.difference, zero.sum);
  const even: PlanePair = { width: 2, height: 1, sum: plane.slice(0, 2), difference: plane };
  assertEquals([...halve(even, "zero").sum], [(1 + 2) / 4]);
  assertEquals([...halve(even, "partial").sum], [(1 + 2) / 2]);
});
