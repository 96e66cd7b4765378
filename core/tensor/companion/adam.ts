/**
 * AdamStep, a kernel of our own: a step of Adam with clipping and a running average in one pass.
 *
 * @module
 */
import { input, setKernel, sizeOf } from "../kernels.ts";
import { call, type Companion } from "./module.ts";

/** Registers AdamStep on the wasm backend; ops/adam_step.ts says what it computes. */
export function installAdam(companion: Companion): void {
  const { heap } = companion;
  setKernel("wasm", "AdamStep", (inputs, attributes) => {
    const names = ["parameter", "gradient", "first", "second", "average"];
    const given = names.filter((name) => name in inputs).map((name) => input(inputs, name));
    const { shape } = input(inputs, "parameter"), averaged = "average" in inputs;
    const results = (averaged ? names.slice(1) : names.slice(2)).map(() => heap.make(shape));
    const { step, root, beta1, beta2, epsilon, clip, decay } = attributes as Record<string, number>;
    const settings = [step, root, beta1, beta2, epsilon, clip, decay] as number[];
    const block = heap.parameters((words, floats) => {
      words.fill(0, 0, 9);
      words.set(given.map((tensor) => heap.address(tensor)), 0);
      words.set(results.map((tensor) => heap.address(tensor)), 5);
      floats.set(settings, 9);
    });
    call(companion, "adam", sizeOf(shape), block);
    return results;
  });
}
