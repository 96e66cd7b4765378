/**
 * Gradients of the depthwise convolution, which the wasm backend lacks. The forward kernel stays
 * with tfjs.
 *
 * @module
 */
import { convolutionSizes, geometryWords } from "../convolution_geometry.ts";
import { type Attributes, input, setKernel } from "../kernels.ts";
import { call, type Companion } from "./module.ts";

/** Registers both gradients of DepthwiseConv2dNative on the wasm backend. */
export function installDepthwise(companion: Companion): void {
  const { heap } = companion;
  const geometry = (
    xShape: readonly number[],
    filterShape: readonly number[],
    attributes: Attributes,
  ): number => {
    const words = geometryWords(convolutionSizes(xShape, filterShape, attributes, true));
    return heap.parameters((to) => to.set(words));
  };
  setKernel("wasm", "DepthwiseConv2dNativeBackpropInput", (inputs, attributes) => {
    const dy = input(inputs, "dy"), filter = input(inputs, "filter");
    const dx = heap.make(attributes.inputShape as number[]);
    const operands = [dy, filter, dx].map((tensor) => heap.address(tensor));
    const sizes = geometry(dx.shape, filter.shape, attributes);
    call(companion, "depthwise_input_gradient", sizes, ...operands);
    return dx;
  });
  setKernel("wasm", "DepthwiseConv2dNativeBackpropFilter", (inputs, attributes) => {
    const x = input(inputs, "x"), dy = input(inputs, "dy");
    const dw = heap.make(attributes.filterShape as number[]);
    const sizes = geometry(x.shape, dw.shape, attributes);
    const room = heap.scratch(call(companion, "depthwise_filter_scratch", sizes));
    const operands = [x, dy, dw].map((tensor) => heap.address(tensor));
    call(companion, "depthwise_filter_gradient", sizes, ...operands, room);
    return dw;
  });
}
