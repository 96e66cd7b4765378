/**
 * Learning rates over the steps of a training. A schedule is a function of the number of the step:
 * it has no state of its own, so a resumed training goes on with the rate that it would have had.
 *
 * @module
 */
import { OptionError } from "../../errors.ts";

/** Learning rate of a step, numbered from 0. */
export type Schedule = (step: number) => number;

/** What gives a schedule its form. */
export interface ScheduleOptions {
  /** Highest rate. */
  readonly peak: number;
  /** Number of steps: from there on the rate is what it was at the end. */
  readonly steps: number;
  /** Steps over which the rate rises linearly; step 0 has peak / warmup. */
  readonly warmup?: number;
}

/**
 * Rises, stays, falls linearly to zero. As long as it stays, nothing depends on the number of steps:
 * a run can be resumed with another number, or be the trunk that several cool-downs branch off.
 *
 * @param options `cooldown`: steps over which the rate falls, the last ones; 0: it stays.
 * @throws {OptionError} When a number is not what it should be.
 */
export function warmupStableDecay(
  options: ScheduleOptions & { readonly cooldown: number },
): Schedule {
  const { peak, steps, warmup = 0, cooldown } = options;
  checkSchedule({ ...options, cooldown });
  return (step) => {
    const rise = warmup > 0 ? (step + 1) / warmup : 1;
    const fall = cooldown > 0 ? (steps - step) / cooldown : 1;
    return peak * Math.max(0, Math.min(1, rise, fall));
  };
}

/**
 * Rises, then falls along half a cosine.
 *
 * Source: Loshchilov, Hutter, arXiv:1608.03983, equation (5), without restarts.
 *
 * @param options `least`: share of the peak that is left at the end.
 * @throws {OptionError} When a number is not what it should be.
 */
export function warmupCosine(options: ScheduleOptions & { readonly least?: number }): Schedule {
  const { peak, steps, warmup = 0, least = 0 } = options;
  checkSchedule({ ...options, cooldown: 0 });
  if (!(least >= 0 && least <= 1)) {
    throw new OptionError(`least rate: a share of the peak from 0 to 1; got ${least}`);
  }
  return (step) => {
    if (step < warmup) return peak * (step + 1) / warmup;
    const done = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
    return peak * (least + (1 - least) * (1 + Math.cos(Math.PI * done)) / 2);
  };
}

/**
 * Weight of the past in the running average of weights after so many steps: what was asked for, but
 * less at first, so that the random start is soon forgotten.
 */
export function averageDecay(asked: number, step: number): number {
  return Math.min(asked, (1 + step) / (10 + step));
}

function checkSchedule(options: ScheduleOptions & { readonly cooldown: number }): void {
  const { peak, steps, warmup = 0, cooldown } = options;
  if (!(peak > 0 && Number.isFinite(peak))) {
    throw new OptionError(`learning rate: a positive number; got ${peak}`);
  }
  for (const [name, value] of Object.entries({ steps, warmup, cooldown })) {
    if (!(Number.isSafeInteger(value) && value >= 0)) {
      throw new OptionError(`${name}: a number of steps from 0 up; got ${value}`);
    }
  }
}
