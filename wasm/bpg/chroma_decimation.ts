/**
 * Chroma of full resolution to half, as the reference encoder does it for 4:2:0 (JPEG siting):
 * integers only, edges replicated.
 *
 * Source: filter and roundings of libbpg 0.9.8.
 *
 * @module
 */

/** Taps on x-4..x+5 of the half-phase decimation; they sum to 128. */
const DECIMATION = [2, -4, -8, 17, 57, 57, 17, -8, -4, 2] as const;

/**
 * 4:4:4 to 4:2:0 (JPEG siting) for planes of 8 bits: horizontally first, to 16 bits without
 * clipping, then vertically.
 *
 * @param plane u8[height, width].
 * @returns u8[ceil(height / 2), ceil(width / 2)].
 */
export function decimate420(plane: Uint8Array, width: number, height: number): Uint8Array {
  const halfWidth = (width + 1) >> 1;
  const halfHeight = (height + 1) >> 1;
  const narrow = new Int16Array(halfWidth * height);
  const left = -4;
  const padded = new Int32Array(width + 16);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    padded.set(plane.subarray(row, row + width), -left);
    padded.fill(plane[row] as number, 0, -left);
    padded.fill(plane[row + width - 1] as number, width - left);
    for (let x = 0; x < halfWidth; x++) {
      let sum = 1;
      for (let tap = 0; tap < DECIMATION.length; tap++) {
        sum += (DECIMATION[tap] as number) * (padded[2 * x + tap] as number);
      }
      narrow[y * halfWidth + x] = sum >> 1;
    }
  }
  const out = new Uint8Array(halfWidth * halfHeight);
  const sums = new Int32Array(halfWidth);
  for (let y = 0; y < halfHeight; y++) {
    sums.fill(1 << 12);
    for (let tap = 0; tap < DECIMATION.length; tap++) {
      const source = Math.min(Math.max(2 * y + left + tap, 0), height - 1) * halfWidth;
      const weight = DECIMATION[tap] as number;
      for (let x = 0; x < halfWidth; x++) {
        sums[x] = (sums[x] as number) + weight * (narrow[source + x] as number);
      }
    }
    for (let x = 0; x < halfWidth; x++) {
      out[y * halfWidth + x] = clip((sums[x] as number) >> 13, 255);
    }
  }
  return out;
}

function clip(value: number, max: number): number {
  return value < 0 ? 0 : value > max ? max : value;
}
