/**
 * MaxPoolGrad. The wasm kernel of tfjs gives the gradient to the first value of a window in which
 * all values are negative.
 *
 * @module
 */
import { geometryWords } from "../convolution_geometry.ts";
import { input, setKernel } from "../kernels.ts";
import { tf } from "../tfjs.ts";
import { call, type Companion } from "./module.ts";

/** Registers MaxPoolGrad on the wasm backend. */
export function installPooling(companion: Companion): void {
  const { heap } = companion;
  setKernel("wasm", "MaxPoolGrad", (inputs, attributes) => {
    const x = input(inputs, "input"), dy = input(inputs, "dy");
    const { filterSize, strides, pad, dimRoundingMode } = attributes as {
      readonly filterSize: number | [number, number];
      readonly strides: number | [number, number];
      readonly pad: "same" | "valid" | number;
      readonly dimRoundingMode?: "floor" | "round" | "ceil";
    };
    const sizes = tf.backend_util.computePool2DInfo(
      x.shape as [number, number, number, number],
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const dx = heap.make(x.shape);
    const geometry = heap.parameters((words) => words.set(geometryWords(sizes)));
    const operands = [x, dy, dx].map((tensor) => heap.address(tensor));
    call(companion, "max_pool_gradient", geometry, ...operands);
    return dx;
  });
}
