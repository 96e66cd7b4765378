/**
 * ResizeBilinearGrad, the adjoint of bilinear resizing. The wasm kernel of tfjs is wrong with
 * `halfPixelCenters`.
 *
 * @module
 */
import { sources } from "../bilinear.ts";
import type { WasmHeap } from "../heap.ts";
import { input, setKernel } from "../kernels.ts";

/** Registers ResizeBilinearGrad on the wasm backend. */
export function installResize(heap: WasmHeap): void {
  setKernel("wasm", "ResizeBilinearGrad", (inputs, attributes) => {
    const images = input(inputs, "images"), dy = input(inputs, "dy");
    const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
    const [, outHeight = 0, outWidth = 0] = dy.shape;
    const rows = sources(height, outHeight, attributes),
      columns = sources(width, outWidth, attributes);
    const dx = heap.make(images.shape), from = heap.view(dy), to = heap.view(dx).fill(0);
    let read = 0;
    for (let image = 0; image < batch; image++) {
      for (const row of rows) {
        for (const column of columns) {
          for (let channel = 0; channel < channels; channel++) {
            const value = from[read++] as number;
            const add = (y: number, x: number, weight: number): void => {
              const at = ((image * height + y) * width + x) * channels + channel;
              to[at] = (to[at] as number) + weight * value;
            };
            add(row.low, column.low, (1 - row.weight) * (1 - column.weight));
            add(row.low, column.high, (1 - row.weight) * column.weight);
            add(row.high, column.low, row.weight * (1 - column.weight));
            add(row.high, column.high, row.weight * column.weight);
          }
        }
      }
    }
    return dx;
  });
}
