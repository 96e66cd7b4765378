/**
 * Matrix products on the heap, for BatchMatMul and for the kernels that are made of products. The
 * wasm backend of tfjs multiplies transposed matrices, as every gradient of a product needs them,
 * ten times slower than plain ones.
 *
 * @module
 */
import { CapabilityError } from "../../errors.ts";
import type { WasmHeap } from "../heap.ts";
import { currentKernel, input, setKernel, sizeOf } from "../kernels.ts";
import { tf } from "../tfjs.ts";
import { call, type Companion } from "./module.ts";

/** A row-major matrix on the heap, taken as it lies or transposed. */
export interface MatrixOperand {
  readonly address: number;
  readonly transposed: boolean;
}

/** C[rows, columns] = A[rows, depth] B[depth, columns], or += with `add`; C at an address. */
export type MatrixProduct = (
  size: { readonly rows: number; readonly columns: number; readonly depth: number },
  a: MatrixOperand,
  b: MatrixOperand,
  c: number,
  add: boolean,
) => void;

/** The product of the companion module. It uses memory of its own beside `WasmHeap.scratch`. */
export function companionProduct(companion: Companion, heap: WasmHeap): MatrixProduct {
  return ({ rows, columns, depth }, a, b, c, add) => {
    const room = heap.make([call(companion, "gemm_scratch", columns)]);
    const aSteps = a.transposed ? [1, rows] : [depth, 1];
    const bSteps = b.transposed ? [1, depth] : [columns, 1];
    call(
      companion,
      "gemm",
      ...[rows, columns, depth, a.address, ...aSteps, b.address, ...bSteps],
      ...[c, Number(add), heap.address(room)],
    );
    heap.drop(room);
  };
}

/** Registers BatchMatMul on a product: either side may have one matrix for all. */
export function installBatchMatMul(heap: WasmHeap, product: MatrixProduct): void {
  const former = currentKernel("wasm", "BatchMatMul");
  setKernel("wasm", "BatchMatMul", (inputs, attributes) => {
    const a = input(inputs, "a"), b = input(inputs, "b");
    const { transposeA = false, transposeB = false } = attributes as {
      readonly transposeA?: boolean;
      readonly transposeB?: boolean;
    };
    if (a.dtype !== "float32" || b.dtype !== "float32") return former(inputs, attributes);
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(
      a.shape.slice(0, -2),
      b.shape.slice(0, -2),
    );
    const [aHeight = 1, aWidth = 1] = a.shape.slice(-2),
      [bHeight = 1, bWidth = 1] = b.shape.slice(-2);
    const rows = transposeA ? aWidth : aHeight, depth = transposeA ? aHeight : aWidth;
    const columns = transposeB ? bHeight : bWidth;
    const y = heap.make([...batch, rows, columns]);
    const count = sizeOf(batch), aStep = step(a.shape, count), bStep = step(b.shape, count);
    for (let i = 0; i < count; i++) {
      product(
        { rows, columns, depth },
        { address: heap.address(a) + 4 * i * aStep, transposed: transposeA },
        { address: heap.address(b) + 4 * i * bStep, transposed: transposeB },
        heap.address(y) + 4 * i * rows * columns,
        false,
      );
    }
    return y;
  });
}

/** Floats from one matrix of a batch to the next: 0 where one matrix serves all. */
function step(shape: readonly number[], count: number): number {
  const matrices = sizeOf(shape.slice(0, -2));
  if (matrices !== count && matrices !== 1) {
    throw new CapabilityError(
      `matMul: a batch of [${shape.slice(0, -2)}] against ${count} matrices; tile it first`,
    );
  }
  return matrices === 1 ? 0 : sizeOf(shape.slice(-2));
}
