/**
 * PreluGrad, a kernel of our own that the gradient of PReLU takes where it exists (see
 * gradients/prelu.ts), and Identity without a copy: a training step clones a hundred tensors.
 *
 * @module
 */
import { input, setKernel, sizeOf } from "../kernels.ts";
import { call, type Companion } from "./module.ts";

/** Registers Identity and PreluGrad on the wasm backend. */
export function installActivations(companion: Companion): void {
  const { heap } = companion;
  setKernel("wasm", "Identity", (inputs) => heap.share(input(inputs, "x")));
  setKernel("wasm", "PreluGrad", (inputs) => {
    const x = input(inputs, "x"), alpha = input(inputs, "alpha"), dy = input(inputs, "dy");
    const channels = sizeOf(alpha.shape), rows = sizeOf(x.shape) / Math.max(channels, 1);
    const dx = heap.make(x.shape), dalpha = heap.make(alpha.shape), room = heap.scratch(channels);
    const operands = [x, alpha, dy, dx, dalpha].map((tensor) => heap.address(tensor));
    call(companion, "prelu_gradient", rows, channels, ...operands, room);
    return [dx, dalpha];
  });
}
