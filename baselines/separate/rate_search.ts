/**
 * Rate search: the best quality whose whole file fits a budget of bytes.
 *
 * @module
 */

/** A quality parameter with the file it gave. */
export interface FittingFile {
  readonly quality: number;
  readonly file: Uint8Array;
}

/** What a search needs to know of one picture under one coder and settings. */
export interface RateSearch {
  /** Quality parameters from the largest file to the smallest. */
  readonly qualities: readonly number[];
  encode(quality: number): Promise<Uint8Array>;
  /** Sizes in bytes found so far, by index into `qualities`: kept between searches. */
  readonly sizes: Map<number, number>;
}

/**
 * Finds the first quality whose file has at most `budgetBytes`, or null when none has.
 *
 * File sizes fall along `qualities`, close to geometrically (x265: by 1.10 to 1.19 a QP), so the
 * next quality to try is interpolated in the logarithm of the size between the nearest sizes known;
 * every second step bisects, so that no more than about 2 log2(n) encodes are ever made. The
 * result is a quality that fits whose better neighbour does not.
 */
export async function bestFitting(
  search: RateSearch,
  budgetBytes: number,
): Promise<FittingFile | null> {
  const { qualities, sizes } = search;
  let tooLarge = -1, fits = qualities.length; // indices; the answer lies in (tooLarge, fits]
  let file: Uint8Array | undefined;
  for (const [index, size] of sizes) {
    if (size > budgetBytes) tooLarge = Math.max(tooLarge, index);
    else fits = Math.min(fits, index);
  }
  for (let step = 0; fits - tooLarge > 1; step++) {
    const index = step % 2 === 0
      ? interpolated(sizes, budgetBytes, tooLarge, fits)
      : (tooLarge + fits) >> 1;
    const encoded = await search.encode(qualities[index] as number);
    sizes.set(index, encoded.length);
    if (encoded.length > budgetBytes) tooLarge = index;
    else [fits, file] = [index, encoded];
  }
  if (fits === qualities.length) return null;
  const quality = qualities[fits] as number;
  return { quality, file: file ?? await search.encode(quality) };
}

/** An index strictly between `low` and `high` where the size should just fall to the budget. */
function interpolated(
  sizes: ReadonlyMap<number, number>,
  budget: number,
  low: number,
  high: number,
): number {
  const middle = (low + high) >> 1;
  const [a, b] = nearestTwo(sizes, budget);
  if (!a || !b || budget <= 0) return middle;
  const slope = (Math.log(b.size) - Math.log(a.size)) / (b.index - a.index);
  const guess = Math.ceil(a.index + (Math.log(budget) - Math.log(a.size)) / slope);
  if (!Number.isFinite(guess)) return middle;
  return Math.min(high - 1, Math.max(low + 1, guess));
}

interface Sized {
  readonly index: number;
  readonly size: number;
}

function nearestTwo(sizes: ReadonlyMap<number, number>, budget: number): Sized[] {
  return [...sizes]
    .map(([index, size]) => ({ index, size }))
    .filter(({ size }) => size > 0)
    .sort((a, b) => Math.abs(Math.log(a.size / budget)) - Math.abs(Math.log(b.size / budget)))
    .slice(0, 2);
}
