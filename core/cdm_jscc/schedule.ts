/**
 * The cosine noise schedule, in double precision.
 *
 *   f_j = cos((j / N + 0.008) / 1.008 pi / 2)^2,  beta_j = min(1 - f_(j+1) / f_j, 0.999)
 *   abar_n = prod_(j <= n) (1 - beta_j)
 *
 * Source: Nichol, Dhariwal, arXiv:2102.09672, equation (17); N = 8193 as published with
 * arXiv:2409.02597.
 *
 * @module
 */
import { OptionError } from "../errors.ts";

/** Steps of training, N. */
export const TRAINING_STEPS = 8193;

const OFFSET = 0.008;
const MOST_BETA = 0.999;

/** abar_n for n = 0 .. N - 1: the share of the picture's power at each step. */
export const SIGNAL_SHARES: Float64Array = signalShares();

function signalShares(): Float64Array {
  const f = (j: number): number =>
    Math.cos((j / TRAINING_STEPS + OFFSET) / (1 + OFFSET) * Math.PI / 2) ** 2;
  const shares = new Float64Array(TRAINING_STEPS);
  let share = 1;
  for (let j = 0; j < TRAINING_STEPS; j++) {
    share *= 1 - Math.min(Math.max(1 - f(j + 1) / f(j), 0), MOST_BETA);
    shares[j] = share;
  }
  return shares;
}

/** Signal-to-noise ratio at a step, abar / (1 - abar). */
export function stepSnr(step: number): number {
  const share = SIGNAL_SHARES[step] as number;
  return share / (1 - share);
}

/** One step of sampling. */
export interface SamplingStep {
  /** Step of training, n. */
  readonly index: number;
  /** What the U-Net sees, n / N. */
  readonly time: number;
  /** abar here, and after the step: 1 after the last. */
  readonly share: number;
  readonly nextShare: number;
}

/**
 * The steps of a sampling, first to last: n = floor(8192 i / (S - 1)) for i = S - 1 down to 0; of
 * one step, n = 8192.
 *
 * @throws {OptionError} When `steps` is no integer from 1 to N.
 */
export function samplingSteps(steps: number): SamplingStep[] {
  if (!Number.isInteger(steps) || steps < 1 || steps > TRAINING_STEPS) {
    throw new OptionError(`steps: an integer from 1 to ${TRAINING_STEPS}; got ${steps}`);
  }
  const last = TRAINING_STEPS - 1;
  const indexOf = (i: number): number => steps === 1 ? last : Math.floor((last * i) / (steps - 1));
  return Array.from({ length: steps }, (_, done) => {
    const i = steps - 1 - done, index = indexOf(i);
    return {
      index,
      time: index / TRAINING_STEPS,
      share: SIGNAL_SHARES[index] as number,
      nextShare: i === 0 ? 1 : SIGNAL_SHARES[indexOf(i - 1)] as number,
    };
  });
}

/** Standard deviation of the noise that ancestral sampling adds in a step (eta_d = 1). */
export function ancestralDeviation({ share, nextShare }: SamplingStep): number {
  return Math.sqrt((1 - nextShare) / (1 - share)) * Math.sqrt(1 - share / nextShare);
}
