/**
 * Block error rate of a scheme as a function of SNR and block size, from the measured table.
 *
 * The waterfall of a code block is close to a normal distribution function of the SNR in dB:
 * BLER = Q((snr - mu) / sigma). A fit by weighted least squares on the probit scale takes the
 * measured points to the low error rates that many blocks per picture ask for; mu and sigma are
 * interpolated in log2 of the block size.
 *
 * @module
 */
import type { Decibel, Probability } from "../../../core/units.ts";

/** One measured point. */
export interface MeasuredPoint {
  readonly snrDb: Decibel;
  readonly blocks: number;
  readonly errors: number;
}

/** The curve of one scheme at one block size. */
export interface MeasuredCurve {
  /** As `schemeName` gives it. */
  readonly scheme: string;
  /** K': message bits of a code block, its CRC included. */
  readonly blockBits: number;
  readonly points: readonly MeasuredPoint[];
}

/** The committed table. */
export interface BlerTable {
  /** What made it. */
  readonly command: string;
  readonly decoder: string;
  readonly curves: readonly MeasuredCurve[];
}

/** A fitted waterfall. */
export interface Waterfall {
  /** SNR in dB at which half of the blocks are lost. */
  readonly mu: Decibel;
  /** Width in dB. */
  readonly sigma: number;
}

/** Fits a waterfall; undefined with fewer than two informative points. */
export function fitWaterfall(points: readonly MeasuredPoint[]): Waterfall | undefined {
  const informative = points.filter(({ blocks, errors }) => errors > 0 && errors < blocks);
  if (informative.length < 2) return undefined;
  let sw = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (const { snrDb, blocks, errors } of informative) {
    const p = errors / blocks, z = normalQuantile(p);
    const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    const weight = blocks * density ** 2 / (p * (1 - p)); // inverse variance of z by the delta rule
    sw += weight;
    sx += weight * snrDb;
    sy += weight * z;
    sxx += weight * snrDb ** 2;
    sxy += weight * snrDb * z;
  }
  const slope = (sw * sxy - sx * sy) / (sw * sxx - sx * sx); // 1 / sigma
  if (!(slope > 0)) return undefined;
  return { mu: (sx - sy / slope) / sw, sigma: 1 / slope };
}

/** Between two waterfalls: `share` 0 is the first, 1 the second. */
export function mixed(a: Waterfall, b: Waterfall, share: number): Waterfall {
  return { mu: a.mu + share * (b.mu - a.mu), sigma: a.sigma + share * (b.sigma - a.sigma) };
}

/** BLER at an SNR. */
export function blockErrorRate({ mu, sigma }: Waterfall, snrDb: Decibel): Probability {
  return normalTail((snrDb - mu) / sigma);
}

/** The waterfalls of a table by scheme, block sizes ascending. */
export class BlerModel {
  readonly #curves = new Map<string, { bits: number; fit: Waterfall }[]>();

  constructor(table: Pick<BlerTable, "curves">) {
    for (const { scheme, blockBits, points } of table.curves) {
      const fit = fitWaterfall(points);
      if (!fit) continue;
      const own = this.#curves.get(scheme) ?? [];
      own.push({ bits: blockBits, fit });
      this.#curves.set(scheme, own.sort((a, b) => a.bits - b.bits));
    }
  }

  /** The waterfall of a scheme at a block size, or undefined when it was not measured. */
  waterfall(scheme: string, blockBits: number): Waterfall | undefined {
    const curves = this.#curves.get(scheme);
    const [first] = curves ?? [], last = curves?.at(-1);
    if (!curves || !first || !last) return undefined;
    if (blockBits <= first.bits) return first.fit;
    for (const [index, upper] of curves.entries()) {
      const lower = curves[index - 1];
      if (!lower || blockBits > upper.bits) continue;
      const share = Math.log(blockBits / lower.bits) / Math.log(upper.bits / lower.bits);
      return mixed(lower.fit, upper.fit, share);
    }
    return last.fit;
  }
}

/** Q(z): upper tail of the standard normal; relative error below 1e-6 for z in [-8, 8]. */
export function normalTail(z: number): Probability {
  if (z < 0) return 1 - normalTail(-z);
  // Continued fraction of Mills' ratio beyond 2, series of the distribution function below.
  const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  if (z < 2) {
    let term = z, sum = z;
    for (let n = 1; n < 60; n++) {
      term *= z * z / (2 * n + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let n = 60; n >= 1; n--) fraction = z + n / fraction;
  return density / fraction;
}

/** The z with Q(z) = p, by bisection: for fits, not for hot paths. */
export function normalQuantile(p: Probability): number {
  let low = -12, high = 12;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
