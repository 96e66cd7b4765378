import { assert, assertAlmostEquals } from "@std/assert";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { fillNormals, rootKey } from "../../core/random.ts";
import { symmetricEigenvalues } from "./eigenvalues.ts";

function check(rows: readonly (readonly number[])[]): void {
  const n = rows.length;
  const wanted = new EigenvalueDecomposition(new Matrix(rows.map((row) => [...row])), {
    assumeSymmetric: true,
  }).realEigenvalues.sort((a, b) => a - b);
  const found = [...symmetricEigenvalues(Float64Array.from(rows.flat()), n)].sort((a, b) => a - b);
  const largest = Math.max(...wanted.map(Math.abs), 1);
  for (const [at, value] of wanted.entries()) {
    assertAlmostEquals(found[at]!, value, 1e-13 * n * largest, `${n}`);
  }
}

Deno.test("eigenvalues are those of the matrix library, for full, deficient and degenerate ones", () => {
  const key = rootKey(5);
  for (const n of [1, 2, 3, 8, 40]) {
    for (const rank of [n, Math.ceil(n / 2)]) {
      const values = new Float32Array(n * rank);
      fillNormals(key.derive(n, rank), values);
      const gram = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => {
          let sum = 0;
          for (let k = 0; k < rank; k++) sum += values[i * rank + k]! * values[j * rank + k]!;
          return sum;
        }));
      check(gram);
    }
    check(
      Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => i === j ? 3 : 0)),
    );
    check(Array.from({ length: n }, () => new Array<number>(n).fill(-1)));
    check(Array.from({ length: n }, () => new Array<number>(n).fill(0)));
  }
  check([[2, 0, 0], [0, 3, 4], [0, 4, 9]]);
});

Deno.test("a matrix that is not finite ends, and does not go on for ever", () => {
  let ended = false;
  try {
    ended = symmetricEigenvalues(Float64Array.of(NaN, 1, 1, NaN), 2).some(Number.isNaN);
  } catch {
    ended = true;
  }
  assert(ended);
});
