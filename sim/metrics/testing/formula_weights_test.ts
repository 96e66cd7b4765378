import { assertAlmostEquals, assertEquals } from "@std/assert";
import { formulaValues, FormulaWeights } from "./formula_weights.ts";

Deno.test("the values of a formula are those that were published with it", () => {
  const values = formulaValues({ name: "input:x" }, 4);
  const published = [0.1638880968, -0.0154761076, 0.4502955675, 0.9912716150];
  for (const [at, value] of published.entries()) assertAlmostEquals(values[at]!, value, 1e-9);
});

Deno.test("a source of formulas gives tensors of the shape that is asked for", async () => {
  const source = new FormulaWeights((network, tensor) => ({
    name: `${network} ${tensor}`,
    scale: 2,
    offset: 1,
  }));
  const file = await source.open({ title: "A", files: [] });
  const values = await file.floats("x.weight", [2, 3]);
  assertEquals(values, formulaValues({ name: "A x.weight", scale: 2, offset: 1 }, 6));
});
