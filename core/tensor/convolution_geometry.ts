/**
 * Sizes of a convolution from the attributes of its kernel, and the 5x5 convolution of stride 2
 * written as a 3x3 convolution of stride 1.
 *
 * @module
 */
import { CapabilityError } from "../errors.ts";
import type { Attributes } from "./kernels.ts";
import { tf } from "./tfjs.ts";

/** Sizes as tfjs computes them: NHWC input and output, filter, strides, dilations, padding. */
export type ConvolutionSizes = tf.backend_util.Conv2DInfo;

type Shape4D = [number, number, number, number];

/**
 * Sizes of a convolution kernel (Conv2D, DepthwiseConv2dNative and their gradients).
 *
 * @param depthwise Whether the filter is [height, width, channels, multiplier].
 * @throws {CapabilityError} For channels-first data, which no pack computes.
 */
export function convolutionSizes(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: Attributes,
  depthwise = false,
): ConvolutionSizes {
  const { strides, dilations, pad, dimRoundingMode, dataFormat } = attributes as {
    readonly strides: number | [number, number];
    readonly dilations?: number | [number, number];
    readonly pad: "same" | "valid" | number;
    readonly dimRoundingMode?: "floor" | "round" | "ceil";
    readonly dataFormat?: string;
  };
  if (dataFormat === "NCHW") {
    throw new CapabilityError("convolutions are NHWC here; transpose NCHW pictures first");
  }
  return tf.backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
  );
}

/** The words of `Geometry` (wasm/tensor/geometry.h). */
export function geometryWords(sizes: ConvolutionSizes): number[] {
  return [
    sizes.batchSize,
    sizes.inHeight,
    sizes.inWidth,
    sizes.inChannels,
    sizes.outHeight,
    sizes.outWidth,
    sizes.outChannels,
    sizes.filterHeight,
    sizes.filterWidth,
    sizes.strideHeight,
    sizes.strideWidth,
    sizes.dilationHeight,
    sizes.dilationWidth,
    sizes.padInfo.top,
    sizes.padInfo.left,
  ];
}

/** Whether Winograd's F(4x4, 3x3) applies and pays: 3x3, stride 1, enough channels, not tiny. */
export function suitsWinograd(sizes: ConvolutionSizes): boolean {
  return sizes.filterHeight === 3 && sizes.filterWidth === 3 && hasStride(sizes, 1) &&
    isDense(sizes) && manyChannels(sizes) && notTiny(sizes);
}

/**
 * Whether a convolution is a 5x5 one of stride 2 that space-to-depth turns into a 3x3 one: even
 * input, output of half its size, padding of 1 or 2. The 3x3 one has four times the input channels
 * and pays from `least` channels on.
 */
export function suitsPhases(sizes: ConvolutionSizes, least: number): boolean {
  const { top, left } = sizes.padInfo;
  const phased = { ...sizes, inChannels: 4 * sizes.inChannels };
  return manyChannels(phased, least) && sizes.filterHeight === 5 && sizes.filterWidth === 5 &&
    hasStride(sizes, 2) &&
    isDense(sizes) && notTiny(sizes) && (top === 1 || top === 2) && (left === 1 || left === 2) &&
    2 * sizes.outHeight === sizes.inHeight && 2 * sizes.outWidth === sizes.inWidth;
}

/** Whether both sides have the channels that make Winograd's transforms worth their cost. */
function manyChannels(sizes: ConvolutionSizes, least = 16): boolean {
  return Math.min(sizes.inChannels, sizes.outChannels) >= least &&
    sizes.inChannels % 4 === 0 && sizes.outChannels % 4 === 0;
}

function hasStride(sizes: ConvolutionSizes, stride: number): boolean {
  return sizes.strideHeight === stride && sizes.strideWidth === stride;
}
function isDense(sizes: ConvolutionSizes): boolean {
  return sizes.dilationHeight === 1 && sizes.dilationWidth === 1;
}
function notTiny(sizes: ConvolutionSizes): boolean {
  return sizes.outHeight >= 8 && sizes.outWidth >= 8;
}

/** The 3x3 convolution over 4C channels that a convolution of {@link suitsPhases} becomes. */
export function phasedSizes(sizes: ConvolutionSizes): ConvolutionSizes {
  const { batchSize, outHeight, outWidth, inChannels, outChannels } = sizes;
  return tf.backend_util.computeConv2DInfo(
    [batchSize, outHeight, outWidth, 4 * inChannels],
    [3, 3, 4 * inChannels, outChannels],
    1,
    1,
    "same",
  );
}

/**
 * Copies between the 5x5 filter [5, 5, C, K] and its 3x3 form [3, 3, 4C, K].
 *
 * With padding p, output row o reads input rows 2 (o + d) + a for d in {-1, 0, 1} and a in {0, 1}
 * through tap 2d + a + p; taps beyond the filter are zero.
 */
export function moveFilter(
  sizes: ConvolutionSizes,
  small: Float32Array,
  phased: Float32Array,
  direction: "to phases" | "from phases",
): void {
  const block = sizes.inChannels * sizes.outChannels, { top, left } = sizes.padInfo;
  for (let index = 0; index < 36; index++) {
    const tap = Math.floor(index / 4), phase = index % 4;
    const y = 2 * (Math.floor(tap / 3) - 1) + (phase >> 1) + top;
    const x = 2 * (tap % 3 - 1) + (phase & 1) + left;
    const exists = y >= 0 && y < 5 && x >= 0 && x < 5;
    const from = (5 * y + x) * block, to = index * block;
    if (direction === "from phases") {
      if (exists) small.set(phased.subarray(to, to + block), from);
    } else if (exists) phased.set(small.subarray(from, from + block), to);
    else phased.fill(0, to, to + block);
  }
}
