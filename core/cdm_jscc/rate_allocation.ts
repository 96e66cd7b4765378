/**
 * How many real symbols every position of y sends, and which: numbers only.
 *
 * Source: arXiv:2409.02597, section III-B; rates as NTSCC, Dai et al., arXiv:2112.10961.
 *
 * @module
 */
import { OptionError } from "../errors.ts";
import { fillUniforms, rootKey } from "../random.ts";

/** Which of a position's symbols are sent at lower rates. */
export type MaskOrder = "checkerboard" | "sequential" | "random";

/**
 * Index of the lowest rate that is enough for this many symbols; the highest where none is.
 *
 * @param rates Ascending.
 */
export function rateIndex(symbols: number, rates: readonly number[]): number {
  const index = rates.findIndex((rate) => rate >= symbols);
  return index < 0 ? rates.length - 1 : index;
}

/**
 * Rate indices of positions whose information is known: eta symbols a bit, rounded up to a rate.
 *
 * Source: arXiv:2409.02597, k_i = Q(-sum_j eta log2 P(y_ij | z)).
 *
 * @param bits Self-information of each position.
 */
export function allocateRates(
  bits: ArrayLike<number>,
  eta: number,
  rates: readonly number[],
): Uint8Array {
  return Uint8Array.from(bits, (information) => rateIndex(eta * information, rates));
}

/** Real symbols of a picture with these rate indices. */
export function countSymbols(indices: ArrayLike<number>, rates: readonly number[]): number {
  let sum = 0;
  for (let position = 0; position < indices.length; position++) {
    sum += rates[indices[position] as number] as number;
  }
  return sum;
}

/**
 * Place of each channel in the order of sending; channel c is sent at k symbols if rank[c] < k.
 *
 * `checkerboard`: all even channels first, then the odd ones, so that neighbours, which resemble
 * each other, do not go together. `random`: one permutation, always the same.
 */
export function sendingRank(order: MaskOrder, channels: number): Uint16Array {
  switch (order) {
    case "checkerboard":
      return Uint16Array.from(
        { length: channels },
        (_, c) => (c % 2) * (channels / 2) + Math.floor(c / 2),
      );
    case "sequential":
      return Uint16Array.from({ length: channels }, (_, c) => c);
    case "random":
      return ranksOf(channels);
    default:
      throw new OptionError(`mask: checkerboard, sequential or random; got "${order}"`);
  }
}

/** mask[r * channels + c] = 1 where channel c is sent at rate index r. */
export function rateMasks(rates: readonly number[], order: MaskOrder): Uint8Array {
  const channels = rates.at(-1) as number, rank = sendingRank(order, channels);
  const masks = new Uint8Array(rates.length * channels);
  for (const [index, rate] of rates.entries()) {
    for (let c = 0; c < channels; c++) {
      masks[index * channels + c] = Number((rank[c] as number) < rate);
    }
  }
  return masks;
}

/** Ranks of random numbers: a permutation. */
function ranksOf(channels: number): Uint16Array {
  const draws = new Float64Array(channels);
  fillUniforms(rootKey(0).derive("random mask"), draws);
  const order = Array.from(draws.keys()).sort((a, b) =>
    (draws[a] as number) - (draws[b] as number)
  );
  const rank = new Uint16Array(channels);
  order.forEach((channel, place) => rank[channel] = place);
  return rank;
}
