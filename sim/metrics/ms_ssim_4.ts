/**
 * Multi-scale structural similarity in the form of four levels that SwinJSCC and its relatives
 * report. Its values are not those of the usual five levels: never put them in one column.
 *
 *     prod over i = 1..3 of ( m_i^w_i * m_4^w_4 ),   m_i = max(mean of max(cs_i, 0), 1e-8)
 *
 * with the mean over pixels and channels together, m_4 from ssim (made with the clipped cs), the
 * first four of the published weights scaled to sum 1, and at an odd side a last window of the
 * pixels that exist. The factor of the fourth level stands inside the product, so it counts three
 * times: so the published code computes it, and so the published numbers were made.
 *
 * Source: the evaluation code published with SwinJSCC (Yang et al., arXiv:2308.09361) and, the
 * same, in semcomm/GC2022_Perceptual_Learned_Source_Channel_Coding @0b8f0a0.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";
import type { ImageMetric } from "../../core/metric.ts";
import { WEIGHTS as FIVE_WEIGHTS } from "./ms_ssim.ts";
import { checkPair } from "./pair.ts";
import { halve, planePair } from "./planes.ts";
import { meanSimilarity } from "./structural_similarity.ts";

const LEVELS = 4;
const TOTAL = FIVE_WEIGHTS.slice(0, LEVELS).reduce<number>((sum, weight) => sum + weight, 0);

/** Exponents of the four factors; the last is that of three broadcast factors together. */
const EXPONENTS = FIVE_WEIGHTS.slice(0, LEVELS).map((weight, level) =>
  (level === LEVELS - 1 ? LEVELS - 1 : 1) * weight / TOTAL
);

/** Three halvings, rounded up, must leave 11 pixels. */
const LEAST_SIDE = 81;

/** MS-SSIM of four levels; undefined when a side has 80 pixels or fewer. */
export const msSsim4: ImageMetric = {
  id: "ms-ssim-4",
  kind: "image",
  title: "MS-SSIM (4 levels)",
  unit: "",
  better: "higher",
  digits: 4,
  reference:
    "form of SwinJSCC's published code: 4 levels, cs clipped at 0, mean over pixels and channels before the product; not comparable with MS-SSIM of 5 levels; undefined when a side has 80 pixels or fewer",
  measure: (original, received) => Promise.resolve(fourLevelSimilarity(original, received)),
};

/** MS-SSIM of four levels in (0, 1]; NaN when a side has 80 pixels or fewer. */
export function fourLevelSimilarity(original: RgbImage, received: RgbImage): number {
  checkPair(original, received);
  if (Math.min(original.width, original.height) < LEAST_SIDE) return NaN;
  let channels = ([0, 1, 2] as const).map((channel) => planePair(original, received, channel));
  let product = 1;
  for (const [level, exponent] of EXPONENTS.entries()) {
    if (level > 0) channels = channels.map((planes) => halve(planes, "partial"));
    const means = channels.map((planes) => {
      const { cs, ssim } = meanSimilarity(planes, { clip: true });
      return level === LEVELS - 1 ? ssim : cs;
    });
    const mean = means.reduce((sum, value) => sum + value, 0) / 3;
    product *= Math.max(mean, 1e-8) ** exponent;
  }
  return product;
}
