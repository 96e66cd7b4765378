/**
 * Power delay profiles of multipath channels: taps of Rayleigh fading, each with a delay and a mean
 * power.
 *
 * @module
 */

/** Mean power of all taps is 1. */
export interface DelayProfile {
  /** Seconds. */
  readonly delays: Float64Array;
  /** Mean of |g|^2. */
  readonly powers: Float64Array;
}

/** Names of the profiles. */
export const PROFILES = ["exponential", "tdl-a", "tdl-b", "tdl-c"] as const;
/** Name of a profile. */
export type ProfileName = typeof PROFILES[number];

/**
 * A profile, scaled to a delay spread.
 *
 * @param delaySpread RMS delay spread in seconds.
 * @param samplePeriod Distance of the taps of the exponential profile in seconds.
 */
export function delayProfile(
  name: ProfileName,
  delaySpread: number,
  samplePeriod: number,
): DelayProfile {
  if (name === "exponential") return exponential(delaySpread, samplePeriod);
  const taps = TAPPED_DELAY_LINES[name];
  return normalised(
    Float64Array.from(taps, ([delay]) => delay * delaySpread),
    Float64Array.from(taps, ([, decibels]) => 10 ** (decibels / 10)),
  );
}

/** Taps below this share of the first are left out. */
const WEAKEST = 1e-4;

/**
 * Powers q^l at delays l T. The variance of a geometric distribution, q / (1 - q)^2 = (spread /
 * T)^2, gives q; the taps left out shorten the spread by less than 1 %.
 */
function exponential(delaySpread: number, samplePeriod: number): DelayProfile {
  const spread = delaySpread / samplePeriod;
  if (spread === 0) return { delays: Float64Array.of(0), powers: Float64Array.of(1) };
  const q = 1 + (1 - Math.sqrt(1 + 4 * spread * spread)) / (2 * spread * spread);
  const count = Math.max(1, Math.ceil(Math.log(WEAKEST) / Math.log(q)));
  return normalised(
    Float64Array.from({ length: count }, (_, tap) => tap * samplePeriod),
    Float64Array.from({ length: count }, (_, tap) => q ** tap),
  );
}

function normalised(delays: Float64Array, powers: Float64Array): DelayProfile {
  const total = powers.reduce((sum, power) => sum + power, 0);
  return { delays, powers: powers.map((power) => power / total) };
}

/**
 * Delay over delay spread, and power in dB.
 *
 * Source: 3GPP TR 38.901, tables 7.7.2-1 (TDL-A), 7.7.2-2 (TDL-B), 7.7.2-3 (TDL-C).
 */
// deno-fmt-ignore
const TAPPED_DELAY_LINES: Readonly<
  Record<Exclude<ProfileName, "exponential">, readonly (readonly [number, number])[]>
> = {
  "tdl-a": [
    [0, -13.4], [0.3819, 0], [0.4025, -2.2], [0.5868, -4], [0.4610, -6], [0.5375, -8.2],
    [0.6708, -9.9], [0.5750, -10.5], [0.7618, -7.5], [1.5375, -15.9], [1.8978, -6.6],
    [2.2242, -16.7], [2.1718, -12.4], [2.4942, -15.2], [2.5119, -10.8], [3.0582, -11.3],
    [4.0810, -12.7], [4.4579, -16.2], [4.5695, -18.3], [4.7966, -18.9], [5.0066, -16.6],
    [5.3043, -19.9], [9.6586, -29.7],
  ],
  "tdl-b": [
    [0, 0], [0.1072, -2.2], [0.2155, -4], [0.2095, -3.2], [0.2870, -9.8], [0.2986, -1.2],
    [0.3752, -3.4], [0.5055, -5.2], [0.3681, -7.6], [0.3697, -3], [0.5700, -8.9], [0.5283, -9],
    [1.1021, -4.8], [1.2756, -5.7], [1.5474, -7.5], [1.7842, -1.9], [2.0169, -7.6],
    [2.8294, -12.2], [3.0219, -9.8], [3.6187, -11.4], [4.1067, -14.9], [4.2790, -9.2],
    [4.7834, -11.3],
  ],
  "tdl-c": [
    [0, -4.4], [0.2099, -1.2], [0.2219, -3.5], [0.2329, -5.2], [0.2176, -2.5], [0.6366, 0],
    [0.6448, -2.2], [0.6560, -3.9], [0.6584, -7.4], [0.7935, -7.1], [0.8213, -10.7],
    [0.9336, -11.1], [1.2285, -5.1], [1.3083, -6.8], [2.1704, -8.7], [2.7105, -13.2],
    [4.2589, -13.9], [4.6003, -13.9], [5.4902, -15.8], [5.6077, -17.1], [6.3065, -16],
    [6.6374, -15.7], [7.0427, -21.6], [8.6523, -22.8],
  ],
};
