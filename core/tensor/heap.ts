/**
 * The heap of the tfjs wasm backend as kernel packs use it: addresses and views of tensors, new
 * tensors, scratch space, and an allocation that fails before the heap is dead.
 *
 * @module
 */
import { CapabilityError, DataError } from "../errors.ts";
import { sizeOf } from "./kernels.ts";
import { type DataType, type TensorInfo, tf } from "./tfjs.ts";

/** Bytes of a heap at most: 4 GiB less a page. */
const HEAP_LIMIT = 2 ** 32 - 2 ** 16;
const STACK_BYTES = 1 << 17;

/** The parts of the wasm backend (tfjs 4.22) that packs rely on. */
interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array<ArrayBuffer>;
    _malloc(bytes: number): number;
    _free(address: number): void;
    readonly asm: { readonly memory: WebAssembly.Memory };
  };
  readonly dataIdMap: { get(id: object): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  disposeData(id: object): boolean;
  incRef(id: object): void;
}

/** The heap of the wasm backend, which must be the current one. */
export class WasmHeap {
  readonly #backend: WasmBackend;
  #scratch = { address: 0, bytes: 0 };
  #block: number | undefined;

  /** @throws {CapabilityError} When the backend is not that of tfjs 4.22. */
  constructor() {
    const backend = tf.backend() as unknown as WasmBackend;
    if (!(backend.wasm?.asm?.memory instanceof WebAssembly.Memory)) {
      throw new CapabilityError("the wasm backend of TensorFlow.js is not of version 4.22");
    }
    this.#backend = backend;
    this.#guard();
  }

  get memory(): WebAssembly.Memory {
    return this.#backend.wasm.asm.memory;
  }

  /** The numbers of a float32 tensor. Valid until the next allocation: growth moves the buffer. */
  view(tensor: TensorInfo): Float32Array<ArrayBuffer> {
    return this.floats(this.address(tensor), sizeOf(tensor.shape));
  }

  /** The numbers of an int32 tensor; as short-lived as {@link view}. */
  integers(tensor: TensorInfo): Int32Array<ArrayBuffer> {
    const { buffer } = this.#backend.wasm.HEAPU8;
    return new Int32Array(buffer, this.address(tensor), sizeOf(tensor.shape));
  }

  /** `count` floats at an address; as short-lived as {@link view}. */
  floats(address: number, count: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#backend.wasm.HEAPU8.buffer, address, count);
  }

  address(tensor: TensorInfo): number {
    return this.#backend.dataIdMap.get(tensor.dataId).memoryOffset >>> 0;
  }

  /** A new tensor with undefined values. Not tracked by `tidy` until a kernel returns it. */
  make(shape: readonly number[], dtype: DataType = "float32"): TensorInfo {
    return this.#backend.makeOutput([...shape], dtype);
  }

  /** Frees a tensor that {@link make} gave and no kernel returned. */
  drop(tensor: TensorInfo): void {
    this.#backend.disposeData(tensor.dataId);
  }

  /** The same numbers once more, without a copy. */
  share(tensor: TensorInfo): TensorInfo {
    this.#backend.incRef(tensor.dataId);
    return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype };
  }

  /** Address of at least `count` floats of working space, 64-byte aligned; valid until the next call. */
  scratch(count: number): number {
    const bytes = 4 * count + 64;
    if (bytes > this.#scratch.bytes) {
      const { wasm } = this.#backend;
      if (this.#scratch.bytes > 0) wasm._free(this.#scratch.address);
      this.#scratch = { address: 0, bytes: 0 };
      this.#scratch = { address: wasm._malloc(bytes) >>> 0, bytes };
    }
    return align(this.#scratch.address, 64);
  }

  /** Address of a small block of 32-bit words that a kernel reads its parameters from. */
  parameters(write: (words: Int32Array, floats: Float32Array) => void): number {
    this.#block ??= this.#backend.wasm._malloc(128) >>> 0;
    const { buffer } = this.#backend.wasm.HEAPU8;
    write(new Int32Array(buffer, this.#block, 32), new Float32Array(buffer, this.#block, 32));
    return this.#block;
  }

  /** Top of a new stack for another module on this memory. LLVM relies on a multiple of 16. */
  stack(): number {
    return ((this.#backend.wasm._malloc(STACK_BYTES) >>> 0) + STACK_BYTES - 16) & ~15;
  }

  /**
   * tfjs does not look at what malloc returns: beyond the limit it would write over address 0 and
   * the backend would be dead. This makes it an error while everything still works.
   */
  #guard(): void {
    const { wasm } = this.#backend;
    wasm._free(wasm._malloc(8)); // the first call replaces this property by the real function
    const malloc = wasm._malloc.bind(wasm);
    wasm._malloc = (bytes: number): number => {
      let address = 0;
      if (bytes <= HEAP_LIMIT) address = malloc(bytes);
      if (address === 0 && bytes > 0) {
        const used = Math.round(tf.memory().numBytes / 2 ** 20);
        throw new DataError(
          `out of memory for tensors: ${Math.ceil(bytes / 2 ** 20)} MiB wanted, ${used} MiB in ` +
            `use of at most 4095 MiB; use a smaller batch or picture`,
        );
      }
      return address;
    };
  }
}

function align(address: number, step: number): number {
  return Math.ceil(address / step) * step;
}
