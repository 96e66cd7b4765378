/**
 * Structural similarity of 8-bit RGB pictures: the mean of the ssim map over pixels, then over the
 * three channels. Definition and source: structural_similarity.ts.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";
import type { ImageMetric } from "../../core/metric.ts";
import { checkPair } from "./pair.ts";
import { planePair } from "./planes.ts";
import { meanSimilarity, WINDOW } from "./structural_similarity.ts";

/** SSIM with the Gaussian window of 11 x 11; undefined when a side is under 11 pixels. */
export const ssim: ImageMetric = {
  id: "ssim",
  kind: "image",
  title: "SSIM",
  unit: "",
  better: "higher",
  digits: 4,
  reference:
    "Wang et al. 2004 on RGB: Gaussian 11 x 11, sigma 1.5, no padding, mean over pixels and channels; undefined when a side is under 11 pixels",
  measure: (original, received) => Promise.resolve(structuralSimilarity(original, received)),
};

/** SSIM, at most 1; NaN when a side is under 11 pixels. */
export function structuralSimilarity(original: RgbImage, received: RgbImage): number {
  checkPair(original, received);
  if (Math.min(original.width, original.height) < WINDOW) return NaN;
  const channels = ([0, 1, 2] as const).map((channel) =>
    meanSimilarity(planePair(original, received, channel), { clip: false }).ssim
  );
  return channels.reduce((sum, value) => sum + value, 0) / 3;
}
