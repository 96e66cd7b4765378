import { opCases } from "./testing/cases.ts";
import { checkCase } from "./testing/check_case.ts";
import { openTensors } from "./backend.ts";

await openTensors({ portable: true });

for (const testCase of opCases) {
  Deno.test(`companion with plain SIMD: ${testCase.name}`, () => checkCase(testCase));
}
