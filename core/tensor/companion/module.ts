/**
 * The companion module: C kernels (wasm/tensor) instantiated on the heap of the tfjs wasm backend.
 *
 * @module
 */
import { CapabilityError } from "../../errors.ts";
import type { WasmHeap } from "../heap.ts";

/** Functions of the module: addresses and counts in, nothing or a number out. */
export type CompanionKernels = Readonly<Record<string, (...words: number[]) => number>>;

/** The module, and which of its two builds this machine got. */
export interface Companion {
  readonly heap: WasmHeap;
  readonly kernels: CompanionKernels;
  readonly build: "relaxed SIMD" | "SIMD128";
}

/** `f32x4.relaxed_madd` in the smallest module: engines without relaxed SIMD refuse it. */
// deno-fmt-ignore
const RELAXED_SIMD = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0,
  65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11,
);

/**
 * Loads the companion module on a heap.
 *
 * @param relaxed Whether the build with fused multiply-add may be taken. Its bits depend on the
 * machine; those of the other build do not.
 * @throws {CapabilityError} When the module cannot be fetched.
 */
export async function loadCompanion(heap: WasmHeap, relaxed: boolean): Promise<Companion> {
  const fused = relaxed && WebAssembly.validate(RELAXED_SIMD);
  const bytes = await fetchModule(
    fused
      ? new URL("../../../wasm/tensor/tensor.wasm", import.meta.url)
      : new URL("../../../wasm/tensor/tensor_plain.wasm", import.meta.url),
  );
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory: heap.memory } });
  const { __stack_pointer: stackPointer, ...kernels } = instance.exports;
  (stackPointer as WebAssembly.Global).value = heap.stack();
  return {
    heap,
    kernels: kernels as CompanionKernels,
    build: fused ? "relaxed SIMD" : "SIMD128",
  };
}

async function fetchModule(url: URL): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new CapabilityError(`cannot fetch ${url.pathname}: status ${response.status}`);
  }
  return await response.arrayBuffer();
}

/** Calls a kernel of the module by name. */
export function call(companion: Companion, name: string, ...words: number[]): number {
  const kernel = companion.kernels[name];
  if (!kernel) throw new CapabilityError(`the companion module has no kernel ${name}`);
  return kernel(...words);
}
