import { assertAlmostEquals } from "@std/assert";
import { fillUniforms, rootKey } from "semcast";
import { forwardDct, inverseDct } from "./dct.ts";

Deno.test("the transform is its definition, at any size, and keeps the energy", () => {
  for (const [width, height] of [[1, 1], [2, 3], [5, 4], [12, 7], [24, 16]]) {
    const plane = new Float64Array(width! * height!);
    fillUniforms(rootKey(width!), plane);
    const coefficients = plane.slice();
    forwardDct(coefficients, width!, height!);
    const scale = (k: number, n: number): number => Math.sqrt((k === 0 ? 1 : 2) / n);
    for (let v = 0; v < height!; v++) {
      for (let u = 0; u < width!; u++) {
        let sum = 0;
        for (const [at, value] of plane.entries()) {
          const x = at % width!, y = Math.floor(at / width!);
          sum += value * Math.cos(Math.PI * (2 * x + 1) * u / (2 * width!)) *
            Math.cos(Math.PI * (2 * y + 1) * v / (2 * height!));
        }
        const wanted = sum * scale(u, width!) * scale(v, height!);
        assertAlmostEquals(coefficients[v * width! + u]!, wanted, 1e-12);
      }
    }
    const energy = (values: Float64Array): number => values.reduce((e, v) => e + v * v, 0);
    assertAlmostEquals(energy(coefficients), energy(plane), 1e-10);
  }
});

Deno.test("the inverse undoes it to 1e-10 at 768 x 512 and at a prime", () => {
  for (const [width, height] of [[768, 512], [97, 6]]) {
    const plane = new Float64Array(width! * height!);
    fillUniforms(rootKey(1), plane);
    const copy = plane.slice();
    forwardDct(copy, width!, height!);
    inverseDct(copy, width!, height!);
    let worst = 0;
    for (const [at, value] of plane.entries()) worst = Math.max(worst, Math.abs(value - copy[at]!));
    assertAlmostEquals(worst, 0, 1e-10);
  }
});
