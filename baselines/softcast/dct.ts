/**
 * Discrete cosine transform, orthonormal, of any length.
 *
 *   X[k] = s_k sum over n of x[n] cos(pi (2 n + 1) k / (2 N)),   s_0 = sqrt(1 / N), s_k = sqrt(2 / N)
 *
 * @module
 */

/** DCT-II of every row, then of every column, in place: f64[height, width]. */
export function forwardDct(plane: Float64Array, width: number, height: number): void {
  overLines(plane, width, height, forward);
}

/** DCT-III of every column and row, in place: undoes {@linkcode forwardDct}. */
export function inverseDct(plane: Float64Array, width: number, height: number): void {
  overLines(plane, width, height, inverse);
}

type LineTransform = (line: Float64Array) => void;

function overLines(
  plane: Float64Array,
  width: number,
  height: number,
  transform: LineTransform,
): void {
  for (let row = 0; row < height; row++) transform(plane.subarray(row * width, (row + 1) * width));
  const column = new Float64Array(height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) column[y] = plane[y * width + x] as number;
    transform(column);
    for (let y = 0; y < height; y++) plane[y * width + x] = column[y] as number;
  }
}

function forward(line: Float64Array): void {
  const n = line.length;
  unscaledForward(line);
  const scale = Math.sqrt(2 / n);
  for (let k = 0; k < n; k++) line[k] = (line[k] as number) * scale;
  line[0] = (line[0] as number) * Math.SQRT1_2;
}

function inverse(line: Float64Array): void {
  const n = line.length;
  const scale = Math.sqrt(2 / n);
  for (let k = 0; k < n; k++) line[k] = (line[k] as number) * scale;
  line[0] = (line[0] as number) * Math.SQRT1_2;
  unscaledInverse(line);
}

/**
 * Sum x[n] cos(pi (2 n + 1) k / (2 N)), by halves while the length is even.
 *
 * Source: Lee, "A new algorithm to compute the discrete cosine transform", 1984.
 */
function unscaledForward(line: Float64Array): void {
  const n = line.length;
  if (n === 1) return;
  if (n % 2 === 1) return line.set(product(line, (k, at) => cosine(n, k, at)));
  const half = n / 2, sums = new Float64Array(half), differences = new Float64Array(half);
  const factors = halfSecants(n);
  for (let i = 0; i < half; i++) {
    const a = line[i] as number, b = line[n - 1 - i] as number;
    sums[i] = a + b;
    differences[i] = (a - b) * (factors[i] as number);
  }
  unscaledForward(sums);
  unscaledForward(differences);
  for (let k = 0; k < half; k++) {
    line[2 * k] = sums[k] as number;
    line[2 * k + 1] = (differences[k] as number) + (differences[k + 1] ?? 0);
  }
}

/** Its transposed: sum over k of X[k] cos(pi (2 n + 1) k / (2 N)). */
function unscaledInverse(line: Float64Array): void {
  const n = line.length;
  if (n === 1) return;
  if (n % 2 === 1) return line.set(product(line, (at, k) => cosine(n, k, at)));
  const half = n / 2, even = new Float64Array(half), odd = new Float64Array(half);
  for (let k = 0; k < half; k++) {
    even[k] = line[2 * k] as number;
    odd[k] = (line[2 * k + 1] as number) + (k > 0 ? line[2 * k - 1] as number : 0);
  }
  unscaledInverse(even);
  unscaledInverse(odd);
  const factors = halfSecants(n);
  for (let i = 0; i < half; i++) {
    const a = even[i] as number, b = (odd[i] as number) * (factors[i] as number);
    line[i] = a + b;
    line[n - 1 - i] = a - b;
  }
}

const secants = new Map<number, Float64Array>();

/** 1 / (2 cos(pi (2 i + 1) / (2 n))) for the first half of a line of n; kept by n. */
function halfSecants(n: number): Float64Array {
  let factors = secants.get(n);
  if (!factors) {
    factors = Float64Array.from({ length: n / 2 }, (_, i) => 1 / (2 * cosine(n, 1, i)));
    secants.set(n, factors);
  }
  return factors;
}

function cosine(n: number, k: number, at: number): number {
  return Math.cos(Math.PI * ((2 * at + 1) * k % (4 * n)) / (2 * n));
}

/** Product of a matrix, by its entries, with a line. */
function product(
  line: Float64Array,
  entry: (row: number, column: number) => number,
): Float64Array {
  return line.map((_, row) =>
    line.reduce((sum, value, column) => sum + value * entry(row, column), 0)
  );
}
