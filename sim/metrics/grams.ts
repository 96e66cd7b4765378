/**
 * Products of the rows of two sets with each other: all that a Frechet or a kernel distance needs to
 * know of them, and small where rows are few and long.
 *
 * @module
 */

/** Rows of features, or anything like it. */
export type Rows = readonly ArrayLike<number>[];

/** x_i . x_j, y_i . y_j and x_i . y_j, each f64[rows, rows], rows first. */
export interface Grams {
  /** Rows of each set. */
  readonly rows: number;
  readonly xx: Float64Array;
  readonly yy: Float64Array;
  readonly xy: Float64Array;
}

/** Grams of two sets of equally many rows. */
export function gramsOf(
  x: Rows,
  y: Rows,
): Grams {
  return { rows: x.length, xx: products(x, x), yy: products(y, y), xy: products(x, y) };
}

/** a_i . b_j, in float64. */
export function products(
  a: Rows,
  b: Rows,
): Float64Array {
  const result = new Float64Array(a.length * b.length), columns = b.map((row) => wide(row));
  for (const [i, row] of a.entries()) {
    const left = wide(row);
    for (let j = 0; j < b.length; j++) {
      result[i * b.length + j] = dot(left, columns[j] as Float64Array);
    }
  }
  return result;
}

function wide(row: ArrayLike<number>): Float64Array {
  return row instanceof Float64Array ? row : Float64Array.from(row);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}

/** Mean of rows, in float64. */
export function meanRow(rows: Rows): Float64Array {
  const sums = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) {
    for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] as number) + (row[at] as number);
  }
  return sums.map((sum) => sum / rows.length);
}

/** Rows without a common part, in float64. */
export function without(rows: Rows, common: Float64Array): Float64Array[] {
  return rows.map((row) => common.map((part, at) => (row[at] as number) - part));
}
