/**
 * The distance of two activations that LPIPS and UFD share: at each position the channels of both
 * become a unit vector, and the squared differences are weighted and summed; then the mean over
 * positions.
 *
 *     u = h / (sqrt(sum_c h^2) + 1e-10),    d = mean over positions of sum_c w_c (u_a - u_b)^2
 *
 * In float64; the split into three products costs 1e-15 of the largest, and equal activations have
 * the distance 0 exactly.
 *
 * @module
 */
import type { Tap } from "./networks/open.ts";

const LEAST = 1e-10;

/** @param weights One a channel; absent: all 1. */
export function unitDistance(a: Tap, b: Tap, weights?: Float32Array): number {
  const { positions, channels } = a, importance = weights ?? new Float32Array(channels).fill(1);
  const first = a.values, second = b.values;
  let sum = 0;
  for (let position = 0, at = 0; position < positions; position++) {
    // one pass: the weighted square is split into its three products
    let squareA = 0, squareB = 0, weightedA = 0, weightedB = 0, product = 0;
    for (let channel = 0; channel < channels; channel++, at++) {
      const x = first[at] as number, y = second[at] as number;
      const weight = importance[channel] as number, xx = x * x, yy = y * y;
      squareA += xx;
      squareB += yy;
      weightedA += weight * xx;
      weightedB += weight * yy;
      product += weight * (x * y);
    }
    const scaleA = 1 / (Math.sqrt(squareA) + LEAST), scaleB = 1 / (Math.sqrt(squareB) + LEAST);
    sum += weightedA * (scaleA * scaleA) + weightedB * (scaleB * scaleB) -
      2 * product * (scaleA * scaleB);
  }
  return sum / positions;
}
