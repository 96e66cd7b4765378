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
  googlenetPatches,
  inceptionPatches,
  mobilenetPatches,
  type PatchNetwork,
  squeezePatches,
} from "./patch_networks.ts";
import type { WeightsNeed, WeightSource } from "./weights.ts";

/** A distance, and what it is called. */
export interface SetMetricPlan {
  readonly id: string;
  readonly title: string;
  readonly kind: "frechet" | "kernel";
  /** What `deno task assets` calls its weights. */
  readonly asset: string;
  readonly network: PatchNetwork;
  readonly featureSet: string;
  /** "GoogLeNet, 1024 features, no resize". */
  readonly condition: string;
}

interface Source {
  readonly network: PatchNetwork;
  /** Feature set, features, "FID" or "FD-GoogLeNet", its id, the same of the kernel distance. */
  readonly name: string;
  readonly id: string;
  readonly condition: string;
  /** Lengths of the rows, in the order of the network's feature sets. */
  readonly lengths: readonly number[];
}

const SOURCES: readonly Source[] = [
  {
    network: inceptionPatches,
    name: "",
    id: "",
    condition: "Inception of pytorch-fid, resized to 299 x 299 bilinearly without low-pass",
    lengths: [2048, 768, 192, 64],
  },
  {
    network: squeezePatches,
    name: "SqueezeNet1.1",
    id: "squeeze",
    condition: "SqueezeNet 1.1, no resize",
    lengths: [512],
  },
  {
    network: mobilenetPatches,
    name: "MobileNetV2",
    id: "mobilenet-v2",
    condition: "MobileNetV2, no resize",
    lengths: [1280, 96],
  },
  {
    network: googlenetPatches,
    name: "GoogLeNet",
    id: "googlenet",
    condition: "GoogLeNet of BVLC, no resize",
    lengths: [1024],
  },
];

/** All set metrics. */
export const SET_METRICS: readonly SetMetricPlan[] = SOURCES.flatMap(plansOf);

function plansOf({ network, name, id, condition, lengths }: Source): SetMetricPlan[] {
  return lengths.flatMap((length, index): SetMetricPlan[] => {
    const plan = (kind: SetMetricPlan["kind"], first: string, title: string): SetMetricPlan => ({
      id: [first, ...id ? [id] : [], ...index > 0 ? [length] : []].join("-"),
      title: `${title}${name ? `-${name}` : ""}${index > 0 ? ` (${length})` : ""}`,
      kind,
      asset: id ? `fd-${id}` : "fid",
      network,
      featureSet: network.featureSets[index] as string,
      condition: `${condition}, ${length} features`,
    });
    const frechet = plan("frechet", name ? "fd" : "fid", name ? "FD" : "FID");
    return index > 0 ? [frechet] : [frechet, plan("kernel", "kid", "KID")];
  });
}

/** Weights that a set metric needs. */
export function needsOf({ network }: SetMetricPlan): readonly WeightsNeed[] {
  return [network.weights];
}

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
  { id, title, kind, network, featureSet, condition }: SetMetricPlan,
  weights: WeightSource,
): SetMetric {
  const isKernel = kind === "kernel";
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
