/**
 * What the tensors of this process are computed with: what was asked for, and what was opened. Loads
 * nothing, so that a program can choose before, and report after, whoever opens tensors.
 *
 * @module
 */

/** What to open. */
export interface TensorOptions {
  /** "auto" (default): webgpu where a hardware adapter is, else wasm. */
  readonly backend?: "auto" | "webgpu" | "wasm";
  /** oneDNN on the wasm backend: default where it can be used; true insists; false goes without. */
  readonly native?: boolean;
  /** Threads of the native pack (default 1: several simulations run side by side). */
  readonly threads?: number;
  /** Only kernels whose bits are the same on every machine: plain wasm. Default false. */
  readonly portable?: boolean;
  /** Where a web page serves the binaries of the tfjs wasm backend. */
  readonly wasmFolder?: string;
}

/** What was opened: belongs into the metadata of every result. */
export interface TensorEngine {
  readonly backend: "webgpu" | "wasm";
  /** Kernel packs in force, the first to be asked first: "oneDNN 2.6.3", "companion (SIMD128)". */
  readonly packs: readonly string[];
  readonly threads: number;
  /** The GPU adapter, where there is one. */
  readonly adapter: string | null;
  /** Why this backend and these packs, in one line. */
  readonly why: string;
  /** When the same bits come again, in one line. */
  readonly deterministic: string;
}

let chosen: TensorOptions = {};
let inUse: TensorEngine | undefined;

/** What `openTensors` (backend.ts) opens where a caller asks for nothing in particular. */
export function chooseTensors(options: TensorOptions): void {
  chosen = options;
}

/** The choice of this process. */
export function chosenTensors(): TensorOptions {
  return chosen;
}

/** The engine of this process; undefined while nobody has opened tensors. */
export function tensorsInUse(): TensorEngine | undefined {
  return inUse;
}

/** For the entrance alone: says what was opened. */
export function reportTensors(engine: TensorEngine | undefined): void {
  inUse = engine;
}
