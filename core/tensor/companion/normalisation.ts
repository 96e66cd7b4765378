/**
 * Kernels of our own for normalisation layers: Gdn, LayerNorm and their gradients. ops/ calls them
 * where they are registered and composes the same of tfjs operations elsewhere.
 *
 * @module
 */
import type { WasmHeap } from "../heap.ts";
import { input, setKernel, sizeOf } from "../kernels.ts";
import type { MatrixProduct } from "./matrix_product.ts";
import { call, type Companion } from "./module.ts";

/** Rows of a block: its five working arrays stay in the cache for usual channel counts. */
const ROWS = 512;

/** Registers Gdn and GdnGrad: x[..., c], beta[c], gamma[c, c], attribute `inverse`. */
export function installGdn(companion: Companion, product: MatrixProduct): void {
  const { heap } = companion;
  setKernel("wasm", "Gdn", (inputs, { inverse }) => {
    const x = input(inputs, "x"), beta = input(inputs, "beta"), gamma = input(inputs, "gamma");
    const c = sizeOf(beta.shape), y = heap.make(x.shape), room = heap.make([2, ROWS, c]);
    const [squares, norm] = parts(heap.address(room), ROWS * c);
    for (const { rows, at } of blocks(sizeOf(x.shape) / c, c)) {
      const from = heap.address(x) + at;
      call(companion, "gdn_open", rows, c, from, heap.address(beta), squares, norm);
      product(
        { rows, columns: c, depth: c },
        plain(squares),
        plain(heap.address(gamma)),
        norm,
        true,
      );
      call(companion, "gdn_apply", rows * c, from, norm, Number(inverse), heap.address(y) + at);
    }
    heap.drop(room);
    return y;
  });
  setKernel("wasm", "GdnGrad", (inputs, { inverse }) => {
    const x = input(inputs, "x"), beta = input(inputs, "beta"), gamma = input(inputs, "gamma");
    const dy = input(inputs, "dy"), c = sizeOf(beta.shape);
    const dx = heap.make(x.shape),
      dbeta = zeros(heap, beta.shape),
      dgamma = zeros(heap, gamma.shape);
    const room = heap.make([4, ROWS, c]);
    const [squares, norm, slope, mixed] = parts(heap.address(room), ROWS * c);
    for (const { rows, at } of blocks(sizeOf(x.shape) / c, c)) {
      const from = heap.address(x) + at, to = heap.address(dx) + at, up = heap.address(dy) + at;
      const size = { rows, columns: c, depth: c }, weights = heap.address(gamma);
      call(companion, "gdn_open", rows, c, from, heap.address(beta), squares, norm);
      product(size, plain(squares), plain(weights), norm, true);
      call(companion, "gdn_slope", rows * c, from, up, norm, Number(inverse), slope, to);
      product(size, plain(slope), { address: weights, transposed: true }, mixed, false);
      call(companion, "gdn_close", rows, c, from, mixed, slope, to, heap.address(dbeta));
      const turned = { address: squares, transposed: true };
      product(
        { rows: c, columns: c, depth: rows },
        turned,
        plain(slope),
        heap.address(dgamma),
        true,
      );
    }
    heap.drop(room);
    return [dx, dbeta, dgamma];
  });
}

/** Registers LayerNorm and LayerNormGrad: x[..., c], scale[c], offset[c]. */
export function installLayerNorm(companion: Companion): void {
  const { heap } = companion;
  setKernel("wasm", "LayerNorm", (inputs, { epsilon, unbiased }) => {
    const x = input(inputs, "x"), scale = input(inputs, "scale"), c = sizeOf(scale.shape);
    const y = heap.make(x.shape);
    const [from, weights, offset, to] = [x, scale, input(inputs, "offset"), y]
      .map((tensor) => heap.address(tensor)) as [number, number, number, number];
    const settings = [epsilon as number, Number(unbiased)];
    call(companion, "layer_norm", sizeOf(x.shape) / c, c, from, weights, offset, ...settings, to);
    return y;
  });
  setKernel("wasm", "LayerNormGrad", (inputs, { epsilon, unbiased }) => {
    const x = input(inputs, "x"), scale = input(inputs, "scale"), c = sizeOf(scale.shape);
    const results = [heap.make(x.shape), heap.make(scale.shape), heap.make(scale.shape)];
    const given = [x, scale, input(inputs, "dy")].map((tensor) => heap.address(tensor));
    const made = results.map((tensor) => heap.address(tensor));
    const settings = [epsilon as number, Number(unbiased)];
    const rows = sizeOf(x.shape) / c;
    call(companion, "layer_norm_gradient", rows, c, ...given, ...settings, ...made);
    return results;
  });
}

function* blocks(rows: number, c: number): Iterable<{ rows: number; at: number }> {
  for (let row = 0; row < rows; row += ROWS) {
    yield { rows: Math.min(ROWS, rows - row), at: 4 * row * c };
  }
}

function parts(address: number, floats: number): [number, number, number, number] {
  const step = 4 * floats;
  return [address, address + step, address + 2 * step, address + 3 * step];
}

function plain(address: number): { address: number; transposed: false } {
  return { address, transposed: false };
}

function zeros(heap: WasmHeap, shape: readonly number[]): ReturnType<WasmHeap["make"]> {
  const tensor = heap.make(shape);
  heap.view(tensor).fill(0);
  return tensor;
}
