/**
 * Chooses the rates of a picture: by a given eta, by the largest eta whose symbols and side
 * information fit a budget, or one rate for all positions.
 *
 * @module
 */
import { allocateRates, countSymbols } from "./rate_allocation.ts";

/** Channel uses of a picture with these rate indices, side information included. */
export type Price = (indices: Uint8Array) => Promise<number>;

/** The binary logarithm of eta is sought between these; 2^-32 of the interval is left. */
const LEAST_LOG = -20, MOST_LOG = 20, HALVINGS = 32;

/** Complex symbols that real ones become: an odd one out has a symbol to itself. */
export function complexSymbols(indices: Uint8Array, rates: readonly number[]): number {
  return Math.ceil(countSymbols(indices, rates) / 2);
}

/**
 * Rates of the largest eta that fits; undefined when even the lowest rates do not.
 *
 * The price is not quite monotonic in eta, for a rate map may become shorter as rates grow: what is
 * found fits, and nothing above it is far.
 */
export async function ratesWithin(
  bits: ArrayLike<number>,
  rates: readonly number[],
  budget: number,
  price: Price,
): Promise<Uint8Array | undefined> {
  let best: Uint8Array = new Uint8Array(bits.length);
  if (await price(best) > budget) return undefined;
  let low = LEAST_LOG, high = MOST_LOG;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2, indices = allocateRates(bits, 2 ** middle, rates);
    if (await price(indices) <= budget) {
      low = middle;
      best = indices;
    } else high = middle;
  }
  return best;
}

/** The highest rate that fits, the same for all positions; undefined when none does. */
export async function fixedRate(
  positions: number,
  rates: readonly number[],
  budget: number,
  price: Price,
): Promise<Uint8Array | undefined> {
  for (let index = rates.length - 1; index >= 0; index--) {
    const indices = new Uint8Array(positions).fill(index);
    if (await price(indices) <= budget) return indices;
  }
  return undefined;
}
