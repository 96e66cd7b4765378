/**
 * The distance of two activations that LPIPS and UFD share: at each position the channels of both
 * become a unit vector, and the squared differences are weighted and summed; then the mean over
 * positions.
 *
 *     u = h / (sqrt(sum_c h^2) + 1e-10),    d = mean over positions of sum_c w_c (u_a - u_b)^2
 *
 * In float64.
 *
 * @module
 */
import type { Tap } from "./networks/open.ts";

const LEAST = 1e-10;

/** @param weights One a channel; absent: all 1. */
export function unitDistance(a: Tap, b: Tap, weights?: Float32Array): number {
  const { positions, channels } = a;
  let sum = 0;
  for (let position = 0, start = 0; position < positions; position++, start += channels) {
    const scaleA = 1 / length(a.values, start, channels);
    const scaleB = 1 / length(b.values, start, channels);
    for (let channel = 0; channel < channels; channel++) {
      const at = start + channel;
      const difference = (a.values[at] as number) * scaleA - (b.values[at] as number) * scaleB;
      const weight = weights ? weights[channel] as number : 1;
      sum += weight * difference * difference;
    }
  }
  return sum / positions;
}

function length(values: Float32Array, start: number, count: number): number {
  let sum = 0;
  for (let at = start; at < start + count; at++) sum += (values[at] as number) ** 2;
  return Math.sqrt(sum) + LEAST;
}
