/**
 * Which m of n chunks are sent, as a number: combinations in the combinatorial number system, the
 * shortest code when all choices are equally likely.
 *
 * @module
 */

/** Number of ways to choose m of n. */
export function choose(n: number, m: number): bigint {
  let ways = 1n;
  for (let i = 1; i <= m; i++) ways = ways * BigInt(n - m + i) / BigInt(i);
  return ways;
}

/** Bits that name one of them. */
export function selectionBits(n: number, m: number): number {
  const last = choose(n, m) - 1n;
  return last === 0n ? 0 : last.toString(2).length;
}

/** The number of a selection, ascending indices: sum of C(index_i, i + 1). */
export function numberOfSelection(indices: readonly number[]): bigint {
  return indices.reduce((sum, index, i) => sum + choose(index, i + 1), 0n);
}

/** The m ascending indices of a number below C(n, m). */
export function selectionOfNumber(number: bigint, n: number, m: number): number[] {
  const indices: number[] = [];
  let rest = number, index = n - 1, ways = choose(index, m);
  for (let left = m; left > 0; left--) {
    while (ways > rest) { // C(index - 1, left) from C(index, left)
      ways = ways * BigInt(index - left) / BigInt(index);
      index--;
    }
    indices.unshift(index);
    rest -= ways;
    // C(index - 1, left - 1) from C(index, left)
    ways = index === 0 ? 0n : choose(index - 1, left - 1);
    index--;
  }
  return indices;
}
