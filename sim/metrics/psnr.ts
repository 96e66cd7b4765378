/**
 * Peak signal-to-noise ratio of 8-bit RGB pictures.
 *
 *     MSE = mean of (a - b)^2 over all pixels and the three channels
 *     PSNR = 10 log10(255^2 / MSE)
 *
 * The error is summed in integers, so the value is exact up to one rounding of the logarithm. Over
 * a data set the field reports the mean of the per-image dB; the dB of the mean MSE is another,
 * never larger number.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";
import type { ImageMetric } from "../../core/metric.ts";
import { checkPair } from "./pair.ts";

/** Mean over images of the per-image dB; Infinity for a lossless picture. */
export const psnr: ImageMetric = {
  id: "psnr",
  kind: "image",
  title: "PSNR",
  unit: "dB",
  better: "higher",
  digits: 2,
  reference: "10 log10(255^2 / MSE) over 8-bit RGB, per image; infinite for a lossless picture",
  measure: (original, received) => Promise.resolve(peakSignalToNoise(original, received)),
};

/** PSNR in dB; Infinity when the pictures are equal. */
export function peakSignalToNoise(original: RgbImage, received: RgbImage): number {
  checkPair(original, received);
  return 10 * Math.log10(255 * 255 / meanSquaredError(original, received));
}

/** Mean of (a - b)^2 over pixels and channels, on the scale of 0 to 255. */
export function meanSquaredError(original: RgbImage, received: RgbImage): number {
  const a = original.data, b = received.data;
  let sum = 0; // at most 255^2 * 3 * 8192^2 < 2^53
  for (let at = 0; at < a.length; at++) {
    const difference = (a[at] as number) - (b[at] as number);
    sum += difference * difference;
  }
  return sum / a.length;
}
