/**
 * The maps of SSIM over one channel, averaged: what SSIM and both forms of MS-SSIM are made of.
 *
 * G is a Gaussian window of 11 x 11 taps, sigma 1.5, sum 1, applied where it fits whole (no
 * padding); with window means and (co)variances without n / (n - 1),
 *
 *     cs   = (2 s_ab + C2) / (s_aa + s_bb + C2)                       C2 = (0.03 * 255)^2
 *     ssim = cs * (2 m_a m_b + C1) / (m_a^2 + m_b^2 + C1)             C1 = (0.01 * 255)^2
 *
 * Source: Wang, Bovik, Sheikh, Simoncelli, "Image Quality Assessment: From Error Visibility to
 * Structural Similarity", IEEE Transactions on Image Processing 13(4), 2004.
 *
 * @module
 */
import type { PlanePair } from "./planes.ts";

/** Taps of the window along each axis: no map exists for smaller sides. */
export const WINDOW = 11;

const C1 = (0.01 * 255) ** 2, C2 = (0.03 * 255) ** 2;

/** Weights of the taps at distance 0 to 5 from the centre; all eleven sum to 1. */
const [W0, W1, W2, W3, W4, W5] = gaussian();

/** Means of the maps over all window positions. */
export interface MeanSimilarity {
  /** Contrast and structure. */
  readonly cs: number;
  readonly ssim: number;
}

/**
 * Mean of cs and ssim over one channel.
 *
 * @param planes Sides of at least {@linkcode WINDOW} pixels.
 * @param clip Whether negative cs count as 0 in both means.
 */
export function meanSimilarity(planes: PlanePair, { clip }: { clip: boolean }): MeanSimilarity {
  const { width, height, sum, difference } = planes;
  const columns = width - WINDOW + 1, rows = height - WINDOW + 1;
  const ring = new Ring(columns);
  let csTotal = 0, ssimTotal = 0;
  for (let y = 0; y < height; y++) {
    filterAlongRow(sum.subarray(y * width), difference.subarray(y * width), columns, ring.row(y));
    if (y < WINDOW - 1) continue;
    const [cs, ssim] = similarityOfRow(ring, y, clip);
    csTotal += cs;
    ssimTotal += ssim;
  }
  return { cs: csTotal / (columns * rows), ssim: ssimTotal / (columns * rows) };
}

/** The eleven latest rows of the four maps p, q, p^2, q^2 filtered along the row. */
class Ring {
  readonly #rows: readonly Float64Array[];
  constructor(readonly columns: number) {
    this.#rows = Array.from({ length: WINDOW }, () => new Float64Array(4 * columns));
  }
  row(y: number): Float64Array {
    return this.#rows[y % WINDOW] as Float64Array;
  }
}

function filterAlongRow(
  p: Float64Array,
  q: Float64Array,
  columns: number,
  out: Float64Array,
): void {
  for (let x = 0, to = 0; x < columns; x++, to += 4) {
    const p0 = p[x] as number, p1 = p[x + 1] as number, p2 = p[x + 2] as number;
    const p3 = p[x + 3] as number, p4 = p[x + 4] as number, p5 = p[x + 5] as number;
    const p6 = p[x + 6] as number, p7 = p[x + 7] as number, p8 = p[x + 8] as number;
    const p9 = p[x + 9] as number, p10 = p[x + 10] as number;
    out[to] = W0 * p5 + W1 * (p4 + p6) + W2 * (p3 + p7) + W3 * (p2 + p8) + W4 * (p1 + p9) +
      W5 * (p0 + p10);
    out[to + 2] = W0 * (p5 * p5) + W1 * (p4 * p4 + p6 * p6) + W2 * (p3 * p3 + p7 * p7) +
      W3 * (p2 * p2 + p8 * p8) + W4 * (p1 * p1 + p9 * p9) + W5 * (p0 * p0 + p10 * p10);
    const q0 = q[x] as number, q1 = q[x + 1] as number, q2 = q[x + 2] as number;
    const q3 = q[x + 3] as number, q4 = q[x + 4] as number, q5 = q[x + 5] as number;
    const q6 = q[x + 6] as number, q7 = q[x + 7] as number, q8 = q[x + 8] as number;
    const q9 = q[x + 9] as number, q10 = q[x + 10] as number;
    out[to + 1] = W0 * q5 + W1 * (q4 + q6) + W2 * (q3 + q7) + W3 * (q2 + q8) + W4 * (q1 + q9) +
      W5 * (q0 + q10);
    out[to + 3] = W0 * (q5 * q5) + W1 * (q4 * q4 + q6 * q6) + W2 * (q3 * q3 + q7 * q7) +
      W3 * (q2 * q2 + q8 * q8) + W4 * (q1 * q1 + q9 * q9) + W5 * (q0 * q0 + q10 * q10);
  }
}

/** Filters down the columns of the ring, whose last row is `y`, and sums cs and ssim. */
function similarityOfRow(ring: Ring, y: number, clip: boolean): [number, number] {
  const r0 = ring.row(y), r1 = ring.row(y - 1), r2 = ring.row(y - 2), r3 = ring.row(y - 3);
  const r4 = ring.row(y - 4), r5 = ring.row(y - 5), r6 = ring.row(y - 6), r7 = ring.row(y - 7);
  const r8 = ring.row(y - 8), r9 = ring.row(y - 9), r10 = ring.row(y - 10);
  const down = (at: number): number =>
    W0 * (r5[at] as number) + W1 * ((r4[at] as number) + (r6[at] as number)) +
    W2 * ((r3[at] as number) + (r7[at] as number)) +
    W3 * ((r2[at] as number) + (r8[at] as number)) +
    W4 * ((r1[at] as number) + (r9[at] as number)) +
    W5 * ((r0[at] as number) + (r10[at] as number));
  let csSum = 0, ssimSum = 0;
  for (let at = 0; at < 4 * ring.columns; at += 4) {
    const p = down(at), q = down(at + 1);
    const pp = p * p, qq = q * q;
    const varianceP = down(at + 2) - pp, varianceQ = down(at + 3) - qq;
    // 2 s_ab = (s_pp - s_qq) / 2 and s_aa + s_bb = (s_pp + s_qq) / 2; likewise for the means
    let cs = (0.5 * (varianceP - varianceQ) + C2) / (0.5 * (varianceP + varianceQ) + C2);
    if (clip && cs < 0) cs = 0;
    csSum += cs;
    ssimSum += cs * ((0.5 * (pp - qq) + C1) / (0.5 * (pp + qq) + C1));
  }
  return [csSum, ssimSum];
}

function gaussian(): [number, number, number, number, number, number] {
  const tap = (distance: number) => Math.exp(-distance * distance / (2 * 1.5 * 1.5));
  const total = tap(0) + 2 * (tap(1) + tap(2) + tap(3) + tap(4) + tap(5));
  const weight = (distance: number) => tap(distance) / total;
  return [weight(0), weight(1), weight(2), weight(3), weight(4), weight(5)];
}
