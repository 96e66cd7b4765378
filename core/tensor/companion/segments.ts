/**
 * UnsortedSegmentSum, the gradient of gather, which the wasm backend lacks.
 *
 * @module
 */
import type { WasmHeap } from "../heap.ts";
import { input, setKernel, sizeOf } from "../kernels.ts";

/** Registers UnsortedSegmentSum: y[s] = sum of x[i] over the i with segmentIds[i] = s. */
export function installSegments(heap: WasmHeap): void {
  setKernel("wasm", "UnsortedSegmentSum", (inputs, { numSegments }) => {
    const x = input(inputs, "x"), ids = input(inputs, "segmentIds");
    const rest = x.shape.slice(ids.shape.length), width = sizeOf(rest);
    const y = heap.make([numSegments as number, ...rest], x.dtype);
    const read = x.dtype === "float32" ? heap.view(x) : heap.integers(x);
    const write = x.dtype === "float32" ? heap.view(y) : heap.integers(y);
    write.fill(0);
    heap.integers(ids).forEach((segment, index) => {
      if (segment < 0 || segment >= (numSegments as number)) return;
      for (let i = 0; i < width; i++) {
        const at = segment * width + i;
        write[at] = (write[at] as number) + (read[index * width + i] as number);
      }
    });
    return y;
  });
}
