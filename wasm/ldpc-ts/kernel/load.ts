/**
 * Loads the kernel once, when the package is imported, and falls back to plain TypeScript where
 * that is not possible.
 *
 * @module
 */
import { type Engine, typescriptEngine } from "../decoder/engine.ts";
import { Kernel } from "./kernel.ts";
import type { KernelFunctions } from "./memory.ts";

interface LoadedEngine {
  readonly engine: Engine;
  readonly kernel: Kernel | undefined;
  readonly reason: string | undefined;
}

/** Compiles a kernel and makes one instance. */
export async function loadKernel(bytes: BufferSource): Promise<Kernel> {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const { exports } = instance;
  const { buffer } = exports.memory as WebAssembly.Memory;
  const arena = (exports.ldpc_arena_pointer as () => number)();
  const functions = exports as unknown as KernelFunctions;
  return new Kernel({ functions, buffer: buffer as ArrayBuffer, arena });
}

async function load(): Promise<LoadedEngine> {
  try {
    const response = await fetch(new URL("../ldpc.wasm", import.meta.url));
    const kernel = await loadKernel(await response.arrayBuffer());
    return { engine: kernel, kernel, reason: undefined };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { engine: typescriptEngine, kernel: undefined, reason };
  }
}

const loaded: LoadedEngine = await load();

/** The engine of this process. */
export const engine: Engine = loaded.engine;

/** The kernel of this process, for those who run a whole link inside its memory. */
export const kernel: Kernel | undefined = loaded.kernel;

/** Why the kernel could not be loaded, where it could not. */
export const fallbackReason: string | undefined = loaded.reason;
