/**
 * The Frechet distance of two sets of features, each taken as a Gaussian:
 *
 *     |mu_x - mu_y|^2 + tr(S_x + S_y - 2 (S_x S_y)^(1/2)),        S with divisor N - 1, in float64
 *
 * With X, Y the centred rows, tr (S_x S_y)^(1/2) is the sum of the singular values of X Y^T over
 * sqrt((N - 1)(M - 1)): exact, and for N rows of d > N features a matrix of N x M in place of d x d.
 * Where there are more rows than features R of X = Q R stands for X, since Q changes no singular
 * value: that is the symmetric form of the same trace, without the squares of a covariance.
 *
 * Source: Dowson, Landau, 1982; Heusel et al., "GANs Trained by a Two Time-Scale Update Rule",
 * NeurIPS 2017.
 * Deviation: pytorch-fid takes a matrix square root, which for N <= d carries noise of 1e-8 to 1e-6.
 *
 * @module
 */
import { Matrix, QrDecomposition, SingularValueDecomposition } from "ml-matrix";
import { DataError } from "../../core/errors.ts";
import { symmetricEigenvalues } from "./eigenvalues.ts";
import { gramsOf, meanRow, products, type Rows, without } from "./grams.ts";

/**
 * Frechet distance of two sets of rows of equal length, N and M of them.
 *
 * @returns At least 0; NaN when a set has fewer than two rows.
 * @throws {DataError} When the rows differ in length.
 */
export function frechetDistance(x: Rows, y: Rows): number {
  if (x.length < 2 || y.length < 2) return NaN;
  const features = x[0]?.length ?? 0;
  if ([...x, ...y].some((row) => row.length !== features)) {
    throw new DataError("Frechet distance: all rows of one length");
  }
  const meanX = meanRow(x), meanY = meanRow(y);
  const centredX = without(x, meanX), centredY = without(y, meanY);
  const shift = meanX.reduce((sum, value, at) => sum + (value - (meanY[at] as number)) ** 2, 0);
  const spread = energy(centredX) / (x.length - 1) + energy(centredY) / (y.length - 1);
  const common = singularSum(crossProduct(short(centredX), short(centredY))) /
    Math.sqrt((x.length - 1) * (y.length - 1));
  return Math.max(0, shift + spread - 2 * common);
}

/** Rows that have the same Gram of columns: the rows themselves, or R of their QR where that is less. */
function short(rows: readonly Float64Array[]): readonly Float64Array[] {
  const features = rows[0]?.length ?? 0;
  if (rows.length <= features) return rows;
  const triangle = new QrDecomposition(new Matrix(rows.map((row) => [...row])))
    .upperTriangularMatrix;
  return triangle.to2DArray().map((row) => Float64Array.from(row));
}

function crossProduct(x: readonly Float64Array[], y: readonly Float64Array[]): Matrix {
  return matrix(products(x, y), x.length, y.length);
}

function matrix(values: Float64Array, rows: number, columns: number): Matrix {
  return Matrix.from1DArray(rows, columns, values as unknown as number[]);
}

function energy(rows: readonly Float64Array[]): number {
  let sum = 0;
  for (const row of rows) for (const value of row) sum += value * value;
  return sum;
}

function singularSum(values: Matrix): number {
  const { diagonal } = new SingularValueDecomposition(values, {
    autoTranspose: true,
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  return diagonal.reduce((sum, value) => sum + value, 0);
}

/** Sum of the singular values of f64[n, n] through the squares: good to 1e-8 of the largest. */
function quickSingularSum(values: Float64Array, n: number): number {
  const squares = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0, a = i * n, b = j * n; k < n; k++, a++, b++) {
        sum += (values[a] as number) * (values[b] as number);
      }
      squares[i * n + j] = squares[j * n + i] = sum;
    }
  }
  return symmetricEigenvalues(squares, n)
    .reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}

/**
 * The distance of paired sets as it were if row i stood counts[i] times in both, from products of
 * rows that are made once. A row that stands c times is one row with the weight sqrt(c), which
 * keeps the matrices small.
 */
export function resampledFrechet(
  x: Rows,
  y: Rows,
): (counts: ArrayLike<number>) => number {
  const centre = meanRow([...x, ...y]);
  const { rows, xx, yy, xy } = gramsOf(without(x, centre), without(y, centre));
  return (counts) => {
    const drawn: number[] = [];
    let total = 0;
    for (let row = 0; row < rows; row++) {
      const count = counts[row] as number;
      if (count > 0) drawn.push(row);
      total += count;
    }
    if (total < 2) return NaN;
    const count = (row: number): number => counts[row] as number;
    const at = (gram: Float64Array, i: number, j: number): number => gram[i * rows + j] as number;
    /** x_i . mean of y (or mean of x . y_i, `turned`), and mean of x . mean of y. */
    const withMean = (
      gram: Float64Array,
      turned: boolean,
    ): { each: Float64Array; both: number } => {
      const each = new Float64Array(rows);
      let both = 0;
      for (const i of drawn) {
        let sum = 0;
        for (const j of drawn) sum += count(j) * (turned ? at(gram, j, i) : at(gram, i, j));
        each[i] = sum / total;
        both += count(i) * sum / total / total;
      }
      return { each, both };
    };
    const meansX = withMean(xx, false).both, meansY = withMean(yy, false).both;
    const right = withMean(xy, false), left = withMean(xy, true);
    let spread = 0;
    for (const i of drawn) spread += count(i) * (at(xx, i, i) + at(yy, i, i));
    spread -= total * (meansX + meansY);
    const cross = new Float64Array(drawn.length ** 2);
    for (const [row, i] of drawn.entries()) {
      for (const [column, j] of drawn.entries()) {
        const centred = at(xy, i, j) - (right.each[i] as number) - (left.each[j] as number) +
          right.both;
        cross[row * drawn.length + column] = Math.sqrt(count(i) * count(j)) * centred;
      }
    }
    const shift = meansX + meansY - 2 * right.both;
    const common = quickSingularSum(cross, drawn.length);
    return Math.max(0, shift + (spread - 2 * common) / (total - 1));
  };
}
