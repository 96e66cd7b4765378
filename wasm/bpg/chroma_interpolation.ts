/**
 * Chroma of half the resolution to full, to the bit as the reference decoder does it: integers
 * only, edges replicated.
 *
 *  half phase (JPEG siting)    luma   x   x   x   x     zero phase (MPEG-2)   x   x   x   x
 *                              chroma   o       o                             o       o
 *
 * Vertically the siting is always half phase.
 *
 * Source: BPG specification 0.9.5; filters and roundings of libbpg 0.9.8.
 *
 * @module
 */

/** Where a chroma sample lies in relation to the luma samples of its row. */
export type Phase = "half" | "zero";

/** A plane of samples; `stride` counts samples from one row to the next. */
export interface Plane {
  readonly samples: Uint8Array | Uint16Array;
  readonly stride: number;
}

/** Taps on c-3..c+3 for the even outputs of the half-phase filter; the odd ones are mirrored. */
const EVEN = [2, -6, 18, 57, -10, 4, -1] as const;
const ODD = [...EVEN].reverse();
/** Samples that a filter may reach beyond either end of a row. */
const MARGIN = 4;

/** Makes full rows of one chroma plane. */
export interface RowInterpolator {
  /** Fills `row` (i32[width]) with the chroma of picture row `y`. */
  fill(plane: Plane, y: number, row: Int32Array): void;
}

/** 4:4:4: chroma as it is. */
export function fullResolution(width: number): RowInterpolator {
  return {
    fill({ samples, stride }: Plane, y: number, row: Int32Array): void {
      row.set(samples.subarray(y * stride, y * stride + width));
    },
  };
}

/** 4:2:2: rows are complete; each is interpolated horizontally. */
export function halfWidth(width: number, phase: Phase, bitDepth: number): RowInterpolator {
  const count = (width + 1) >> 1;
  const padded = new Int32Array(count + 2 * MARGIN);
  const steps = { shift: 6, copyShift: 0, max: 2 ** bitDepth - 1 };
  return {
    fill({ samples, stride }: Plane, y: number, row: Int32Array): void {
      padded.set(samples.subarray(y * stride, y * stride + count), MARGIN);
      replicateEnds(padded, count);
      interpolateRow(padded, row, width, phase, steps);
    },
  };
}

/** 4:2:0: vertically first, to 16 bits without clipping, then horizontally. */
export function halfWidthAndHeight(
  size: { width: number; height: number },
  phase: Phase,
  bitDepth: number,
): RowInterpolator {
  const { width, height } = size;
  const count = (width + 1) >> 1;
  const rows = (height + 1) >> 1;
  const padded = new Int32Array(count + 2 * MARGIN);
  const tapRows = Array.from({ length: EVEN.length }, () => new Int32Array(count));
  const verticalShift = bitDepth - 8;
  const round = (1 << verticalShift) >> 1;
  const steps = { shift: 20 - bitDepth, copyShift: 14 - bitDepth, max: 2 ** bitDepth - 1 };
  return {
    fill({ samples, stride }: Plane, y: number, row: Int32Array): void {
      const centre = y >> 1;
      const taps = y & 1 ? ODD : EVEN;
      for (let tap = 0; tap < taps.length; tap++) {
        const source = Math.min(Math.max(centre - 3 + tap, 0), rows - 1) * stride;
        (tapRows[tap] as Int32Array).set(samples.subarray(source, source + count));
      }
      const [t0, t1, t2, t3, t4, t5, t6] = taps as unknown as SevenNumbers;
      const [r0, r1, r2, r3, r4, r5, r6] = tapRows as unknown as SevenRows;
      for (let x = 0; x < count; x++) {
        const sum = t0 * (r0[x] as number) + t1 * (r1[x] as number) + t2 * (r2[x] as number) +
          t3 * (r3[x] as number) + t4 * (r4[x] as number) + t5 * (r5[x] as number) +
          t6 * (r6[x] as number);
        padded[MARGIN + x] = ((sum + round) >> verticalShift) << 16 >> 16;
      }
      replicateEnds(padded, count);
      interpolateRow(padded, row, width, phase, steps);
    },
  };
}

type SevenNumbers = readonly [number, number, number, number, number, number, number];
type SevenRows = readonly [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

function replicateEnds(padded: Int32Array, count: number): void {
  padded.fill(padded[MARGIN] as number, 0, MARGIN);
  padded.fill(padded[MARGIN + count - 1] as number, MARGIN + count);
}

interface Steps {
  /** Right shift after a filter (its taps sum to 64, times the scale of the input). */
  readonly shift: number;
  /** Right shift of a sample that is taken as it is. */
  readonly copyShift: number;
  readonly max: number;
}

/** Doubles a row: `row[x]` from the samples around `padded[MARGIN + (x >> 1)]`. */
function interpolateRow(
  padded: Int32Array,
  row: Int32Array,
  width: number,
  phase: Phase,
  steps: Steps,
): void {
  const { shift, copyShift, max } = steps;
  const round = 1 << (shift - 1);
  if (phase === "half") {
    for (let x = 0; x < width; x++) {
      const at = MARGIN + (x >> 1);
      const side = x & 1 ? -1 : 1; // the odd outputs see the samples mirrored
      const sum = 2 * (padded[at - 3 * side] as number) - 6 * (padded[at - 2 * side] as number) +
        18 * (padded[at - side] as number) + 57 * (padded[at] as number) -
        10 * (padded[at + side] as number) + 4 * (padded[at + 2 * side] as number) -
        (padded[at + 3 * side] as number);
      row[x] = clip((sum + round) >> shift, max);
    }
    return;
  }
  const copyRound = (1 << copyShift) >> 1;
  for (let x = 0; x < width; x += 2) {
    row[x] = clip(((padded[MARGIN + (x >> 1)] as number) + copyRound) >> copyShift, max);
  }
  for (let x = 1; x < width; x += 2) {
    const at = MARGIN + (x >> 1);
    const sum = 40 * ((padded[at] as number) + (padded[at + 1] as number)) -
      11 * ((padded[at - 1] as number) + (padded[at + 2] as number)) +
      4 * ((padded[at - 2] as number) + (padded[at + 3] as number)) -
      (padded[at - 3] as number) - (padded[at + 4] as number);
    row[x] = clip((sum + round) >> shift, max);
  }
}

function clip(value: number, max: number): number {
  return value < 0 ? 0 : value > max ? max : value;
}
