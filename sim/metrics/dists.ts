/**
 * DISTS: similarity of texture (means of activations) and of structure (their covariance) over the
 * maps of a VGG16 that pools smoothly, the picture itself being the first map.
 *
 *     S1 = (2 mu_x mu_y + c1) / (mu_x^2 + mu_y^2 + c1)
 *     S2 = (2 cov + c2) / (var_x + var_y + c2)
 *     DISTS = 1 - sum (alpha S1 + beta S2) / sum (alpha + beta)        over maps and channels
 *
 * Source: Ding et al., "Image Quality Assessment: Unifying Structure and Texture Similarity",
 * TPAMI 2020, equations (6) to (8); dingkeyan93/DISTS.
 * Deviation: pictures are not resized first, as the function of the authors' code does not either
 * (its command line does, to 256 pixels).
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";
import type { ImageMetric } from "../../core/metric.ts";
import { LPIPS_NETWORKS } from "./lpips.ts";
import { checkPair } from "./pair.ts";
import { IMAGENET, scaled, scaling } from "./pixels.ts";
import type { Tap } from "./networks/open.ts";
import type { WeightsNeed, WeightSource } from "./weights.ts";

/** VGG16, and the weights of the maps. */
export const DISTS_NEEDS = {
  backbone: LPIPS_NETWORKS.find(({ id }) => id === "vgg")?.backbone as WeightsNeed,
  weights: { title: "DISTS", files: ["dists_weights.pt", "dists_alpha_beta.safetensors"] },
} as const;

/** Keeps the quotients defined where a map is constant: both c1 and c2. */
const STABILITY = 1e-6;

/** DISTS; its weights are read at the first measurement. */
export function dists(weights: WeightSource): ImageMetric {
  let judge: Promise<(original: RgbImage, received: RgbImage) => Promise<number>> | undefined;
  return {
    id: "dists",
    kind: "image",
    title: "DISTS",
    unit: "",
    better: "lower",
    digits: 4,
    reference: "Ding et al. 2020, VGG16; pictures in [0, 1], 8 bits, not resized, per image",
    measure: async (original, received) => {
      judge ??= openDists(weights);
      return await (await judge)(original, received);
    },
  };
}

async function openDists(
  weights: WeightSource,
): Promise<(original: RgbImage, received: RgbImage) => Promise<number>> {
  const { vgg16Smooth } = await import("./networks/vgg16.ts");
  const { openLayers, pictureTensor, tapsOf } = await import("./networks/open.ts");
  const layers = await openLayers(weights, DISTS_NEEDS.backbone, vgg16Smooth.layers);
  const file = await weights.open(DISTS_NEEDS.weights);
  const channels = [3, ...vgg16Smooth.channels];
  const shape = [1, channels.reduce((sum, count) => sum + count, 0), 1, 1];
  const alpha = await file.floats("alpha", shape), beta = await file.floats("beta", shape);
  const total = sumOf(alpha) + sumOf(beta);
  const maps = async function* (image: RgbImage): AsyncGenerator<Tap> {
    const { width, height } = image;
    yield { positions: width * height, channels: 3, values: scaled([image], scaling(0, 1)) };
    const input = pictureTensor(scaled([image], IMAGENET), 1, height, width);
    yield* tapsOf(vgg16Smooth, layers, input);
  };
  return async (original, received) => {
    checkPair(original, received);
    const others = maps(received);
    let similarity = 0, first = 0;
    for await (const map of maps(original)) {
      const { value } = await others.next();
      if (!value) break;
      const end = first + map.channels;
      similarity += mapSimilarity(
        map,
        value,
        alpha.subarray(first, end),
        beta.subarray(first, end),
      );
      first = end;
    }
    await others.return(undefined);
    return 1 - similarity / total;
  };
}

/** Sum over channels of alpha S1 + beta S2, in float64. */
function mapSimilarity(x: Tap, y: Tap, alpha: Float32Array, beta: Float32Array): number {
  const { positions, channels } = x;
  const meanX = means(x), meanY = means(y);
  const varianceX = new Float64Array(channels), varianceY = new Float64Array(channels);
  const covariance = new Float64Array(channels);
  for (let position = 0, at = 0; position < positions; position++) {
    for (let channel = 0; channel < channels; channel++, at++) {
      const a = (x.values[at] as number) - (meanX[channel] as number);
      const b = (y.values[at] as number) - (meanY[channel] as number);
      varianceX[channel] = (varianceX[channel] as number) + a * a;
      varianceY[channel] = (varianceY[channel] as number) + b * b;
      covariance[channel] = (covariance[channel] as number) + a * b;
    }
  }
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) {
    const a = meanX[channel] as number, b = meanY[channel] as number;
    const spread = ((varianceX[channel] as number) + (varianceY[channel] as number)) / positions;
    const texture = (2 * a * b + STABILITY) / (a * a + b * b + STABILITY);
    const structure = (2 * (covariance[channel] as number) / positions + STABILITY) /
      (spread + STABILITY);
    sum += (alpha[channel] as number) * texture + (beta[channel] as number) * structure;
  }
  return sum;
}

function means({ values, positions, channels }: Tap): Float64Array {
  const sums = new Float64Array(channels);
  for (let position = 0, at = 0; position < positions; position++) {
    for (let channel = 0; channel < channels; channel++, at++) {
      sums[channel] = (sums[channel] as number) + (values[at] as number);
    }
  }
  return sums.map((sum) => sum / positions);
}

function sumOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
