/**
 * Eigenvalues of a symmetric matrix, without the vectors: a bootstrap wants hundreds of small ones,
 * and gets them ten times sooner than from a library that keeps matrices as lists of rows.
 *
 * Householder reflections to a tridiagonal matrix, then implicit QL steps.
 *
 * Source: Golub, Van Loan, "Matrix Computations", 4th edition, algorithms 8.3.1 and 8.3.2.
 *
 * @module
 */
import { DataError } from "../../core/errors.ts";

/**
 * The eigenvalues, in no particular order. Absolute errors are about 1e-15 of the largest.
 *
 * @param matrix f64[n, n]; it is overwritten.
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  const diagonal = new Float64Array(n), beside = new Float64Array(n);
  tridiagonalise(matrix, n, diagonal, beside);
  diagonalise(diagonal, beside);
  return diagonal;
}

/** Writes the diagonal, and beside[i] between i and i + 1. */
function tridiagonalise(
  a: Float64Array,
  n: number,
  diagonal: Float64Array,
  beside: Float64Array,
): void {
  const v = new Float64Array(n), w = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    diagonal[k] = a[k * n + k] as number;
    let square = 0;
    for (let i = k + 1; i < n; i++) square += (v[i] = a[i * n + k] as number) ** 2;
    const first = v[k + 1] as number, length = Math.sqrt(square);
    beside[k] = first > 0 ? -length : length;
    if (square - first * first <= 0) { // nothing below: no reflection, the sign stays
      beside[k] = first;
      continue;
    }
    v[k + 1] = first - (beside[k] as number);
    const scale = 2 / (square - first * first + (v[k + 1] as number) ** 2);
    let along = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1, at = i * n + j; j < n; j++, at++) {
        sum += (a[at] as number) * (v[j] as number);
      }
      w[i] = scale * sum;
      along += (w[i] as number) * (v[i] as number);
    }
    const back = scale * along / 2;
    for (let i = k + 1; i < n; i++) w[i] = (w[i] as number) - back * (v[i] as number);
    for (let i = k + 1; i < n; i++) {
      const vi = v[i] as number, wi = w[i] as number;
      for (let j = k + 1, at = i * n + j; j < n; j++, at++) {
        a[at] = (a[at] as number) - vi * (w[j] as number) - wi * (v[j] as number);
      }
    }
  }
  if (n > 0) diagonal[n - 1] = a[n * n - 1] as number;
}

const MOST_STEPS = 60;

/** Turns a tridiagonal matrix into its eigenvalues, in place. */
function diagonalise(d: Float64Array, e: Float64Array): void {
  const n = d.length;
  for (let low = 0; low < n; low++) {
    for (let step = 0;; step++) {
      let high = low;
      while (high < n - 1) {
        const size = Math.abs(d[high] as number) + Math.abs(d[high + 1] as number);
        if (Math.abs(e[high] as number) <= Number.EPSILON * size) break;
        high++;
      }
      if (high === low) break;
      if (step === MOST_STEPS) throw new DataError("eigenvalues: the matrix is not finite");
      qlStep(d, e, low, high);
    }
  }
}

/** One step with Wilkinson's shift on the block from `low` to `high`. */
function qlStep(d: Float64Array, e: Float64Array, low: number, high: number): void {
  const next = e[low] as number;
  let g = ((d[low + 1] as number) - (d[low] as number)) / (2 * next);
  g = (d[high] as number) - (d[low] as number) + next / (g + Math.sign(g || 1) * Math.hypot(g, 1));
  let sine = 1, cosine = 1, shift = 0;
  for (let i = high - 1; i >= low; i--) {
    const f = sine * (e[i] as number), b = cosine * (e[i] as number);
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) { // the block falls apart here
      d[i + 1] = (d[i + 1] as number) - shift;
      e[high] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = (d[i + 1] as number) - shift;
    const turned = ((d[i] as number) - g) * sine + 2 * cosine * b;
    shift = sine * turned;
    d[i + 1] = g + shift;
    g = cosine * turned - b;
  }
  d[low] = (d[low] as number) - shift;
  e[low] = g;
  e[high] = 0;
}
