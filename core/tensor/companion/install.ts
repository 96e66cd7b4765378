/**
 * The companion pack: every kernel that the wasm backend of tfjs lacks, computes wrongly or
 * computes slowly, on the same heap.
 *
 * @module
 */
import { refuseKernel } from "../kernels.ts";
import { installActivations } from "./activations.ts";
import { installAdam } from "./adam.ts";
import { installConvolution } from "./convolution.ts";
import { installDepthwise } from "./depthwise.ts";
import { companionProduct, installBatchMatMul, type MatrixProduct } from "./matrix_product.ts";
import type { Companion } from "./module.ts";
import { installGdn, installLayerNorm } from "./normalisation.ts";
import { installPooling } from "./pooling.ts";
import { installResize } from "./resize.ts";
import { installSegments } from "./segments.ts";
import { installSums } from "./sums.ts";

/** Kernels that are refused by name, and what a network does instead. */
const REFUSED: readonly (readonly [name: string, instead: string])[] = [
  ["Einsum", "write it as transpose, reshape and matMul, which have gradients"],
  ["Complex", "keep real and imaginary parts as two channels"],
  ...["FFT", "IFFT", "RFFT", "IRFFT"].map((name) =>
    [name, "there is no Fourier transform on this backend"] as const
  ),
];

/**
 * Registers the pack on the wasm backend.
 *
 * @param product The matrix product that its kernels use: a native one, or the module's own.
 */
export function installCompanion(companion: Companion, product?: MatrixProduct): void {
  const { heap } = companion;
  const multiply = product ?? companionProduct(companion, heap);
  installActivations(companion);
  installAdam(companion);
  installBatchMatMul(heap, multiply);
  installConvolution(companion);
  installDepthwise(companion);
  installGdn(companion, multiply);
  installLayerNorm(companion);
  installPooling(companion);
  installResize(heap);
  installSegments(heap);
  installSums(companion);
  for (const [name, instead] of REFUSED) refuseKernel("wasm", name, instead);
}
