import { opCases } from "./testing/cases.ts";
import { checkCase } from "./testing/check_case.ts";
import { openTensors } from "./backend.ts";

await openTensors({ backend: "wasm", native: false });

for (const testCase of opCases) {
  Deno.test(`companion with relaxed SIMD: ${testCase.name}`, () => checkCase(testCase));
}
