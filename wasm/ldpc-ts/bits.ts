/**
 * Bytes and single bits: the most significant bit of a byte comes first.
 *
 * @module
 */
import { requireBits, requireInteger } from "./validate.ts";

/**
 * The first `count` bits of some bytes, one bit a byte.
 *
 * @param count By default all of them, 8 * bytes.length.
 * @throws {RangeError} When the bytes hold fewer bits.
 */
export function bytesToBits(bytes: Uint8Array, count: number = 8 * bytes.length): Uint8Array {
  requireInteger("count", count, 0, 8 * bytes.length);
  const bits = new Uint8Array(count);
  for (let i = 0; i < count; i++) bits[i] = (bytes[i >> 3] as number) >> (7 - (i & 7)) & 1;
  return bits;
}

/** Packs bits, one a byte, into bytes; the last byte is filled up with zeros. */
export function bitsToBytes(bits: Uint8Array): Uint8Array {
  requireBits("bits", bits);
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (let i = 0; i < bits.length; i++) {
    bytes[i >> 3] = (bytes[i >> 3] as number) | (bits[i] as number) << (7 - (i & 7));
  }
  return bytes;
}
