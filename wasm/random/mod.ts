/**
 * Normals and noise at speed: SIMD kernels where the engine has SIMD, else their plain twins. Both
 * give the same bits, so nobody needs to know which one ran.
 *
 * The module is a few kilobytes and compiled at once from {@linkcode RANDOM_WASM}, so that a
 * channel, whose `transmit` cannot wait, has it from the first call on.
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { addNoisePlainly, checkFirst, fillNormalsPlainly } from "../../core/normals.ts";
import type { RandomKey } from "../../core/random.ts";
import { RANDOM_WASM } from "./random_wasm.ts";

/** Makes standard normals; see `fillNormals` of core/random.ts for their order. */
export interface Normals {
  /** Which arithmetic runs; the results are equal to the bit. */
  readonly engine: "wasm" | "plain";
  /**
   * Fills with the normals `first`, `first + 1`, ... of a key.
   *
   * @throws {OptionError} When `first` is not a multiple of 4, 0 or more.
   */
  fillNormals(key: RandomKey, out: Float32Array, first?: number): void;
  /**
   * out[i] = symbols[i] + scale * normal[i], each operation rounded to float32. `out` may be
   * `symbols`.
   *
   * @throws {OptionError} When the lengths differ.
   */
  addNoise(symbols: Float32Array, scale: number, key: RandomKey, out: Float32Array): void;
}

let opened: Normals | undefined;

/** The normals of this thread; the same object at every call. */
export function openNormals(): Normals {
  return opened ??= openWasm() ?? plainNormals;
}

/** The twins in TypeScript. */
export const plainNormals: Normals = {
  engine: "plain",
  fillNormals: (key, out, first) => fillNormalsPlainly(key.words, out, first),
  addNoise: (symbols, scale, key, out) => {
    checkLengths(symbols, out);
    addNoisePlainly(symbols, scale, key.words, out);
  },
};

/** What random.c exports. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  random_buffer(): number;
  random_capacity(): number;
  random_open(k0: number, k1: number, c1: number, c2: number, c3: number): void;
  random_fill(counter: number, count: number): void;
  random_add(counter: number, count: number, scale: number): void;
}

/** The kernels, or undefined where the engine has no wasm or no SIMD. */
function openWasm(): Normals | undefined {
  const bytes = Uint8Array.from(atob(RANDOM_WASM), (character) => character.charCodeAt(0));
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(bytes)) return undefined;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const kernel = instance.exports as unknown as Kernel;
  const capacity = kernel.random_capacity();
  const buffer = new Float32Array(kernel.memory.buffer, kernel.random_buffer(), capacity);
  return {
    engine: "wasm",
    fillNormals: (key, out, first = 0) => {
      checkFirst(first);
      eachPart(kernel, key, first, out.length, capacity, (start, counter, count) => {
        kernel.random_fill(counter, count);
        copy(buffer, 0, count, out, start);
      });
    },
    addNoise: (symbols, scale, key, out) => {
      checkLengths(symbols, out);
      eachPart(kernel, key, 0, symbols.length, capacity, (start, counter, count) => {
        copy(symbols, start, count, buffer, 0);
        kernel.random_add(counter, count, scale);
        copy(buffer, 0, count, out, start);
      });
    },
  };
}

/**
 * Calls `use` for parts of a range that fit the buffer and stay below the carry of counter word 0,
 * with that word; the kernel holds the key and the other words then.
 */
function eachPart(
  kernel: Kernel,
  key: RandomKey,
  first: number,
  length: number,
  capacity: number,
  use: (start: number, counter: number, count: number) => void,
): void {
  const [k0, k1, c2, c3] = key.words;
  let opened = -1;
  for (let start = 0; start < length;) {
    const counter = (first + start) / 4;
    const c1 = Math.floor(counter / 2 ** 32), c0 = counter % 2 ** 32;
    if (c1 !== opened) kernel.random_open(k0, k1, opened = c1, c2, c3);
    const count = Math.min(capacity, length - start, 4 * (2 ** 32 - c0));
    use(start, c0, count);
    start += count;
  }
}

function copy(
  from: Float32Array,
  fromStart: number,
  count: number,
  to: Float32Array,
  toStart: number,
): void {
  to.set(from.subarray(fromStart, fromStart + count), toStart);
}

function checkLengths(symbols: Float32Array, out: Float32Array): void {
  if (symbols.length !== out.length) {
    throw new OptionError(
      `noise: out must be as long as symbols, ${symbols.length}; got ${out.length}`,
    );
  }
}
