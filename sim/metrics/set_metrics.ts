/**
 * Metrics of sets of pictures: Frechet and kernel distances between the features of patches of the
 * originals and of what arrived. One network, one scale: what is no FID is not called so.
 *
 * Patches are 256 x 256, without overlap, from the top-left corner. With few of them the Frechet
 * distance is biased upwards: it compares codecs on the same patches, never across papers.
 *
 * @module
 */
import type { SetMetric } from "../../core/metric.ts";
import { frechetDistance, resampledFrechet } from "./frechet.ts";
import { kernelDistance, resampledKernel } from "./kernel_distance.ts";
import { PatchExtractor } from "./patch_extractor.ts";
import {
  type FeatureSet,
  googlenetPatches,
  inceptionCleanPatches,
  inceptionPatches,
  mobilenetPatches,
  type PatchNetwork,
  squeezePatches,
} from "./patch_networks.ts";
import type { WeightSource } from "./weights.ts";

/** A distance, and what it is called. */
export interface SetMetricPlan {
  readonly id: string;
  readonly title: string;
  readonly kind: "frechet" | "kernel";
  readonly network: PatchNetwork;
  readonly featureSet: FeatureSet;
}

function plan(
  id: string,
  title: string,
  network: PatchNetwork,
  set = 0,
): SetMetricPlan {
  return {
    id,
    title,
    kind: id.startsWith("kid") ? "kernel" : "frechet",
    network,
    featureSet: network.featureSets[set] as FeatureSet,
  };
}

/** All set metrics. */
export const SET_METRICS: readonly SetMetricPlan[] = [
  plan("fid", "FID", inceptionPatches),
  plan("kid", "KID", inceptionPatches),
  plan("fid-768", "FID (768)", inceptionPatches, 1),
  plan("fid-192", "FID (192)", inceptionPatches, 2),
  plan("fid-64", "FID (64)", inceptionPatches, 3),
  plan("fid-clean", "FID (clean)", inceptionCleanPatches),
  plan("kid-clean", "KID (clean)", inceptionCleanPatches),
  plan("fd-squeeze", "FD-SqueezeNet1.1", squeezePatches),
  plan("kid-squeeze", "KID-SqueezeNet1.1", squeezePatches),
  plan("fd-mobilenet-v2", "FD-MobileNetV2", mobilenetPatches),
  plan("kid-mobilenet-v2", "KID-MobileNetV2", mobilenetPatches),
  plan("fd-mobilenet-v2-96", "FD-MobileNetV2 (96)", mobilenetPatches, 1),
  plan("fd-googlenet", "FD-GoogLeNet", googlenetPatches),
  plan("kid-googlenet", "KID-GoogLeNet", googlenetPatches),
];

const extractors = new WeakMap<WeightSource, Map<PatchNetwork, PatchExtractor>>();

function extractorOf(network: PatchNetwork, weights: WeightSource): PatchExtractor {
  const known = extractors.get(weights) ?? new Map<PatchNetwork, PatchExtractor>();
  extractors.set(weights, known);
  const extractor = known.get(network) ?? new PatchExtractor(network, weights);
  known.set(network, extractor);
  return extractor;
}

const PATCH_RULE = "patches of 256 x 256 without overlap from the top-left corner";

/** In tables, as usual. */
const KERNEL_FACTOR = 1000;

/** A metric with its weights, which are read when the first features are asked for. */
export function setMetric(
  { id, title, kind, network, featureSet: { name: featureSet, length } }: SetMetricPlan,
  weights: WeightSource,
): SetMetric {
  const isKernel = kind === "kernel", condition = `${network.title}, ${length} features`;
  return {
    id,
    kind: "set",
    title,
    unit: isKernel ? "1e-3" : "",
    better: "lower",
    digits: 2,
    reference: isKernel
      ? `Binkowski et al. 2018, unbiased, cubic kernel, times 1000, on ${PATCH_RULE}; ${condition}`
      : `Frechet distance of Gaussians (Heusel et al. 2017) on ${PATCH_RULE}; ${condition}`,
    note: `${PATCH_RULE}; ${condition}; ± 1.96 standard deviations of 200 resamples of the images`,
    featureSet,
    features: (image) => extractorOf(network, weights).rows(image, featureSet),
    distance: isKernel
      ? (original, received) => KERNEL_FACTOR * kernelDistance(original, received)
      : frechetDistance,
    resampled: isKernel
      ? (original, received) => {
        const distance = resampledKernel(original, received);
        return (counts) => KERNEL_FACTOR * distance(counts);
      }
      : resampledFrechet,
  };
}
