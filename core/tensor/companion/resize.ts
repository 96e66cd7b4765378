/**
 * ResizeBilinearGrad, the adjoint of bilinear resizing. The wasm kernel of tfjs is wrong with
 * `halfPixelCenters`.
 *
 * @module
 */
import type { WasmHeap } from "../heap.ts";
import { input, setKernel } from "../kernels.ts";

/** Where an output line reads: two input lines and the weight of the second. */
interface Source {
  readonly low: number;
  readonly high: number;
  readonly weight: number;
}

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

/** The reading positions of the forward kernel (tfjs 4.22). */
function sources(
  length: number,
  outLength: number,
  { alignCorners, halfPixelCenters }: Readonly<Record<string, unknown>>,
): Source[] {
  const aligned = alignCorners && outLength > 1;
  const scale = aligned ? (length - 1) / (outLength - 1) : length / outLength;
  return Array.from({ length: outLength }, (_, index) => {
    const at = halfPixelCenters ? scale * (index + 0.5) - 0.5 : scale * index;
    const low = Math.max(0, Math.floor(at));
    return { low, high: Math.min(length - 1, Math.ceil(at)), weight: at - low };
  });
}
