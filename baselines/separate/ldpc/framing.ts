/**
 * A file in a block of fixed size: its bytes, then one bit 1, then zeros (ISO/IEC 7816-4), so that
 * the receiver finds the end. Costs one byte at least.
 *
 * @module
 */

const END = 0x80;

/** The largest file that fits a block of so many bits, in bytes; negative: not even an empty one. */
export function frameCapacity(blockBits: number): number {
  return Math.floor(blockBits / 8) - 1;
}

/** u8[blockBits] (one bit a byte, most significant first) that hold a file. */
export function frame(file: Uint8Array, blockBits: number): Uint8Array {
  if (file.length > frameCapacity(blockBits)) {
    throw new RangeError(
      `a file of at most ${
        frameCapacity(blockBits)
      } bytes for ${blockBits} bits; got ${file.length}`,
    );
  }
  const bits = new Uint8Array(blockBits);
  for (const [index, byte] of [...file, END].entries()) {
    for (let bit = 0; bit < 8; bit++) bits[8 * index + bit] = (byte >> (7 - bit)) & 1;
  }
  return bits;
}

/** The file of a block; null when there is no end mark on a byte boundary. */
export function unframe(bits: Uint8Array): Uint8Array | null {
  const end = bits.lastIndexOf(1);
  if (end < 0 || end % 8 !== 0) return null;
  const file = new Uint8Array(end / 8);
  for (let at = 0; at < end; at++) {
    file[at >> 3] = (file[at >> 3] as number) << 1 | (bits[at] as number);
  }
  return file;
}
