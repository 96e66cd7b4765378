/**
 * Convolution and its gradients by the companion module: Winograd where it applies, products of
 * patches elsewhere. Plain forward convolutions stay with tfjs, whose kernel is as fast.
 *
 * @module
 */
import {
  type ConvolutionSizes,
  convolutionSizes,
  geometryWords,
  moveFilter,
  phasedSizes,
  suitsPhases,
  suitsWinograd,
} from "../convolution_geometry.ts";
import { currentKernel, input, setKernel } from "../kernels.ts";
import type { TensorInfo } from "../tfjs.ts";
import { call, type Companion } from "./module.ts";

/** Channels from which space-to-depth and Winograd beat products of patches: a picture's 3, times 4. */
const FEW = 12;

/** The three tensors of a convolution: one of them is the result. */
export interface ConvolutionTensors {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly y: TensorInfo;
}

/** Which of the three is computed from the others. */
export type ConvolutionResult = "y" | "x" | "filter";

/** Registers Conv2D, Conv2DBackpropInput and Conv2DBackpropFilter on the wasm backend. */
export function installConvolution(companion: Companion): void {
  const { heap } = companion, former = currentKernel("wasm", "Conv2D");
  setKernel("wasm", "Conv2D", (inputs, attributes) => {
    const x = input(inputs, "x"), filter = input(inputs, "filter");
    const sizes = convolutionSizes(x.shape, filter.shape, attributes);
    if (!suitsPhases(sizes, FEW) && !suitsWinograd(sizes)) return former(inputs, attributes);
    const y = heap.make(sizes.outShape);
    convolve(companion, "y", sizes, { x, filter, y });
    return y;
  });
  setKernel("wasm", "Conv2DBackpropInput", (inputs, attributes) => {
    const y = input(inputs, "dy"), filter = input(inputs, "filter");
    const x = heap.make(attributes.inputShape as number[]);
    convolve(companion, "x", convolutionSizes(x.shape, filter.shape, attributes), { x, filter, y });
    return x;
  });
  setKernel("wasm", "Conv2DBackpropFilter", (inputs, attributes) => {
    const x = input(inputs, "x"), y = input(inputs, "dy");
    const filter = heap.make(attributes.filterShape as number[]);
    convolve(companion, "filter", convolutionSizes(x.shape, filter.shape, attributes), {
      x,
      filter,
      y,
    });
    return filter;
  });
}

function convolve(
  companion: Companion,
  result: ConvolutionResult,
  sizes: ConvolutionSizes,
  tensors: ConvolutionTensors,
): void {
  if (suitsPhases(sizes, FEW)) {
    const phased = phasedSizes(sizes);
    throughPhases(companion, result, sizes, tensors, (inner) => {
      winograd(companion, result, phased, inner);
    });
  } else if (suitsWinograd(sizes)) winograd(companion, result, sizes, tensors);
  else direct(companion, result, sizes, tensors);
}

/**
 * Runs a 5x5 convolution of stride 2 as the 3x3 convolution of {@link phasedSizes}: `inner` gets
 * the pixels and the filter in their phased form, which live as long as the call.
 */
export function throughPhases(
  companion: Companion,
  result: ConvolutionResult,
  sizes: ConvolutionSizes,
  { x, filter, y }: ConvolutionTensors,
  inner: (tensors: ConvolutionTensors) => void,
): void {
  const { heap } = companion, { batchSize, inHeight, inWidth, inChannels } = sizes;
  const phasedX = heap.make([batchSize, sizes.outHeight, sizes.outWidth, 4 * inChannels]);
  const phasedFilter = heap.make([3, 3, 4 * inChannels, sizes.outChannels]);
  const movePixels = (back: number): void => {
    const addresses = [heap.address(x), heap.address(phasedX)];
    call(companion, "space_to_depth", batchSize, inHeight, inWidth, inChannels, ...addresses, back);
  };
  if (result !== "x") movePixels(0);
  if (result !== "filter") {
    moveFilter(sizes, heap.view(filter), heap.view(phasedFilter), "to phases");
  }
  inner({ x: phasedX, filter: phasedFilter, y });
  if (result === "x") movePixels(1);
  if (result === "filter") {
    moveFilter(sizes, heap.view(filter), heap.view(phasedFilter), "from phases");
  }
  heap.drop(phasedX);
  heap.drop(phasedFilter);
}

function direct(
  companion: Companion,
  result: ConvolutionResult,
  sizes: ConvolutionSizes,
  tensors: ConvolutionTensors,
): void {
  const { x, filter, y } = addresses(companion, tensors);
  const words = geometryWords(sizes);
  if (result === "y") run(companion, words, "convolution", "convolution_scratch", [x, filter, y]);
  else if (result === "x") {
    const [kernel, scratch] = ["convolution_input_gradient", "convolution_input_scratch"];
    run(companion, words, kernel, scratch, [y, filter, x]);
  } else {
    const [kernel, scratch] = ["convolution_filter_gradient", "convolution_filter_scratch"];
    run(companion, words, kernel, scratch, [x, y, filter]);
  }
}

function winograd(
  companion: Companion,
  result: ConvolutionResult,
  sizes: ConvolutionSizes,
  tensors: ConvolutionTensors,
): void {
  const { x, filter, y } = addresses(companion, tensors);
  const words = geometryWords(sizes);
  if (result === "y") run(companion, words, "winograd", "winograd_scratch", [x, filter, 0, y]);
  else if (result === "x") {
    run(companion, turnedWords(sizes), "winograd", "winograd_scratch", [y, filter, 1, x]);
  } else {
    const [kernel, scratch] = ["winograd_filter_gradient", "winograd_filter_scratch"];
    run(companion, words, kernel, scratch, [x, y, filter]);
  }
}

/** The input gradient of a 3x3 convolution is one of dy with the turned filter and padding 2 - p. */
function turnedWords(sizes: ConvolutionSizes): number[] {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = sizes;
  const { top, left } = sizes.padInfo;
  return [
    ...[batchSize, outHeight, outWidth, outChannels, inHeight, inWidth, inChannels],
    ...[3, 3, 1, 1, 1, 1, 2 - top, 2 - left],
  ];
}

function addresses(
  { heap }: Companion,
  { x, filter, y }: ConvolutionTensors,
): Record<ConvolutionResult, number> {
  return { x: heap.address(x), filter: heap.address(filter), y: heap.address(y) };
}

function run(
  companion: Companion,
  words: readonly number[],
  kernel: string,
  scratch: string,
  operands: readonly number[],
): void {
  const { heap } = companion;
  const write = (to: Int32Array): void => to.set(words);
  const room = heap.scratch(call(companion, scratch, heap.parameters(write)));
  call(companion, kernel, heap.parameters(write), ...operands, room);
}
