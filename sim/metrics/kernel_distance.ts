/**
 * KID: the squared maximum mean discrepancy of two sets of features with the kernel
 *
 *     k(x, y) = (x . y / d + 1)^3
 *
 * unbiased, so that sets of different sizes compare; it may be slightly negative.
 *
 * Source: Binkowski et al., "Demystifying MMD GANs", ICLR 2018.
 *
 * @module
 */
import { gramsOf, products, type Rows } from "./grams.ts";

/** Rows that are compared at once; more are taken in blocks, whose mean is as unbiased. */
const BLOCK = 1000;

/**
 * KID of two sets.
 *
 * Up to 1000 rows the whole sets are compared. Deviation: beyond, the mean over blocks of 1000 rows
 * in their order, where others draw 100 random subsets.
 *
 * @returns NaN when a set has fewer than two rows.
 */
export function kernelDistance(x: Rows, y: Rows): number {
  const blocks = Math.max(1, Math.floor(Math.min(x.length, y.length) / BLOCK));
  let sum = 0;
  for (let block = 0; block < blocks; block++) {
    const part = (rows: Rows): Rows =>
      rows.slice(
        Math.floor(block * rows.length / blocks),
        Math.floor((block + 1) * rows.length / blocks),
      );
    sum += wholeDistance(part(x), part(y));
  }
  return sum / blocks;
}

function wholeDistance(x: Rows, y: Rows): number {
  const features = x[0]?.length ?? 0;
  if (x.length < 2 || y.length < 2) return NaN;
  const within = (rows: Rows): number => {
    const gram = products(rows, rows), count = rows.length;
    let sum = 0;
    for (let at = 0; at < gram.length; at++) {
      if (at % (count + 1) !== 0) sum += kernel(gram[at] as number, features);
    }
    return sum / (count * (count - 1));
  };
  const between = products(x, y)
    .reduce((sum, product) => sum + kernel(product, features), 0) / (x.length * y.length);
  return within(x) + within(y) - 2 * between;
}

function kernel(product: number, features: number): number {
  return (product / features + 1) ** 3;
}

/**
 * KID of paired sets as it were if row i stood counts[i] times in both; a row is never compared with
 * a copy of itself, which would not be unbiased.
 */
export function resampledKernel(
  x: Rows,
  y: Rows,
): (counts: ArrayLike<number>) => number {
  const features = x[0]?.length ?? 0, { rows, xx, yy, xy } = gramsOf(x, y);
  for (const gram of [xx, yy, xy]) {
    for (let at = 0; at < gram.length; at++) gram[at] = kernel(gram[at] as number, features);
  }
  return (counts) => {
    let total = 0, same = 0, within = 0, between = 0;
    for (let i = 0; i < rows; i++) {
      const own = counts[i] as number;
      total += own;
      same += own * own;
      for (let j = 0; own > 0 && j < rows; j++) {
        const pairs = own * (counts[j] as number), at = i * rows + j;
        between += pairs * (xy[at] as number);
        if (i !== j) within += pairs * ((xx[at] as number) + (yy[at] as number));
      }
    }
    return within / (total * total - same) - 2 * between / (total * total);
  };
}
