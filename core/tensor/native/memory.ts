/**
 * Memory as oneDNN sees it: descriptors of layouts, buffers with stable addresses, alignment.
 *
 * @module
 */
import { check, type OneDnnFunctions } from "./library.ts";

/** Bytes of a memory descriptor; 696 in oneDNN 2.6. */
const DESCRIPTOR_BYTES = 1024;
const F32 = 3;
const ANY_LAYOUT = 1;
const ALIGNMENT = 64;

/** A layout that oneDNN reads from a buffer. */
export type Descriptor = Uint8Array<ArrayBuffer>;

/**
 * A buffer for the foreign interface. Never below 128 bytes: V8 keeps small arrays on its own heap
 * and moves them, while oneDNN keeps their address.
 */
export function stableBytes(count: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(Math.max(count, 128)));
}

/** Where a function writes a handle. */
export class Out {
  readonly buffer = new BigUint64Array(new ArrayBuffer(128));

  get pointer(): Deno.PointerValue {
    return Deno.UnsafePointer.create(this.buffer[0] as bigint);
  }
}

/** 64-bit integers, as oneDNN takes lengths and strides. */
export function integers(values: readonly number[]): BigInt64Array<ArrayBuffer> {
  const buffer = new BigInt64Array(new ArrayBuffer(128));
  values.forEach((value, index) => buffer[index] = BigInt(value));
  return buffer;
}

/** f32 memory of these lengths: with strides as given, or whatever layout oneDNN likes best. */
export function describe(
  functions: OneDnnFunctions,
  lengths: readonly number[],
  strides: readonly number[] | "any",
): Descriptor {
  const descriptor = stableBytes(DESCRIPTOR_BYTES), rank = lengths.length, dims = integers(lengths);
  check(
    strides === "any"
      ? functions.dnnl_memory_desc_init_by_tag(descriptor, rank, dims, F32, ANY_LAYOUT)
      : functions.dnnl_memory_desc_init_by_strides(descriptor, rank, dims, F32, integers(strides)),
    "memory descriptor",
  );
  return descriptor;
}

/** Address modulo 64 of a buffer. */
export function misalignment(buffer: Uint8Array<ArrayBuffer>): number {
  return Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer)) % BigInt(ALIGNMENT));
}

/**
 * Bytes at a multiple of 64: oneDNN writes blocked layouts with aligned stores and ends the process
 * on anything less.
 */
export function alignedBytes(count: number): Uint8Array<ArrayBuffer> {
  const raw = stableBytes(count + ALIGNMENT);
  const start = (ALIGNMENT - misalignment(raw)) % ALIGNMENT;
  return new Uint8Array(raw.buffer, start, count);
}

/** Working memory that all convolutions share, one piece a role; grows, and never moves under a call. */
export class Workspace {
  readonly #pieces = new Map<string, Uint8Array<ArrayBuffer>>();

  piece(role: string, bytes: number): Uint8Array<ArrayBuffer> {
    let piece = this.#pieces.get(role);
    if (!piece || piece.length < bytes) this.#pieces.set(role, piece = alignedBytes(bytes));
    return piece;
  }
}
