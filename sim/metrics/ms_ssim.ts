/**
 * Multi-scale structural similarity, the form of five levels that most papers report.
 *
 *     per channel: prod over i = 1..4 of max(mean cs_i, 0)^w_i  *  max(mean ssim_5, 0)^w_5
 *     then the mean over R, G and B
 *
 * Between levels 2 x 2 pixels are averaged; an odd side first gets a zero in front, which counts,
 * as in the PyTorch package most papers use.
 *
 * Source: Wang, Simoncelli, Bovik, "Multi-Scale Structural Similarity for Image Quality
 * Assessment", Asilomar 2003.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";
import type { ImageMetric } from "../../core/metric.ts";
import { checkPair } from "./pair.ts";
import { halve, planePair } from "./planes.ts";
import { meanSimilarity } from "./structural_similarity.ts";

/** The weights as published; their sum is 1.0001 and they are not renormalised. */
export const WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const;

/** Five levels of an 11-tap window need sides of more than 160 pixels. */
const LEAST_SIDE = 161;

/** MS-SSIM of five levels; undefined when a side has 160 pixels or fewer. */
export const msSsim: ImageMetric = {
  id: "ms-ssim",
  kind: "image",
  title: "MS-SSIM",
  unit: "",
  better: "higher",
  digits: 4,
  reference:
    "Wang et al. 2003 on RGB: 5 levels, Gaussian 11 x 11, mean over channels of the product; undefined when a side has 160 pixels or fewer",
  measure: (original, received) => Promise.resolve(multiScaleSimilarity(original, received)),
};

/** MS-SSIM in [0, 1]; NaN when a side has 160 pixels or fewer. */
export function multiScaleSimilarity(original: RgbImage, received: RgbImage): number {
  checkPair(original, received);
  if (Math.min(original.width, original.height) < LEAST_SIDE) return NaN;
  const channels = ([0, 1, 2] as const).map((channel) =>
    levelFactors(original, received, channel).reduce(
      (product, factor, level) => product * Math.max(factor, 0) ** (WEIGHTS[level] as number),
      1,
    )
  );
  return channels.reduce((sum, value) => sum + value, 0) / 3;
}

/** Mean cs of levels 1 to 4 and mean ssim of level 5, before the powers. */
export function levelFactors(a: RgbImage, b: RgbImage, channel: 0 | 1 | 2): number[] {
  let planes = planePair(a, b, channel);
  return WEIGHTS.map((_, level) => {
    if (level > 0) planes = halve(planes, "zero");
    const { cs, ssim } = meanSimilarity(planes, { clip: false });
    return level === WEIGHTS.length - 1 ? ssim : cs;
  });
}
