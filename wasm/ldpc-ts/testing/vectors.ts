/**
 * Reading of the reference vectors, for tests.
 *
 * @module
 */
import { vectorFolder } from "../../../tests/vectors.ts";

/** The folder of LDPC vectors, or undefined where they are absent. */
export const LDPC_VECTORS: string | undefined = vectorFolder("ldpc");

/** A vector file, whole. */
export function readVectors<T>(path: string): T {
  return JSON.parse(Deno.readTextFileSync(path)) as T;
}

/** The cases of a file `{ cases: [...] }` of the LDPC folder. */
export function ldpcCases<T>(file: string): T[] {
  return readVectors<{ cases: T[] }>(`${LDPC_VECTORS}/${file}`).cases;
}

/** Bits of a hex text, most significant first. */
export function hexBits(hex: string, count: number): Uint8Array {
  const digits = [...hex].map((digit) => parseInt(digit, 16));
  return Uint8Array.from({ length: count }, (_, i) => digits[i >> 2]! >> (3 - (i & 3)) & 1);
}

/** A copy of `bits` with zeros behind it. */
export function padded(bits: Uint8Array, length: number): Uint8Array {
  const result = new Uint8Array(length);
  result.set(bits);
  return result;
}
