/**
 * Bytes that are read when asked for: a file of a gigabyte is never in memory as a whole.
 *
 * @module
 */

/** Random access to bytes. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes from `begin` up to `end`, both within `size`. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Bytes in memory; what is read shares their memory. */
export function memorySource(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    size: bytes.length,
    read: (begin, end) => Promise.resolve(bytes.subarray(begin, end)),
  };
}

/** A file that was dropped into a page, or any other blob. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (begin, end) => new Uint8Array(await blob.slice(begin, end).arrayBuffer()),
  };
}
