/**
 * TensorFlow.js 4.22, the one place where it is imported. The whole package, since its core alone
 * registers neither gradients nor chained methods; the backends only when one is opened.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

export { tf };
export type { DataType, TensorInfo } from "@tensorflow/tfjs";

/** Registers the wasm backend and its kernels with {@link tf}. */
export async function loadWasmBackend(): Promise<void> {
  await import("@tensorflow/tfjs-backend-wasm");
}

/** Tells the wasm backend where a web page serves its binaries; Deno finds them by itself. */
export async function setWasmFolder(folder: string): Promise<void> {
  (await import("@tensorflow/tfjs-backend-wasm")).setWasmPaths(folder);
}

/** Registers the WebGPU backend and its kernels with {@link tf}. */
export async function loadWebgpuBackend(): Promise<void> {
  await import("@tensorflow/tfjs-backend-webgpu");
}
