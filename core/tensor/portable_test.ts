import { assertEquals } from "@std/assert";
import { opCases } from "./testing/cases.ts";
import { checkCase } from "./testing/check_case.ts";
import { openTensors } from "./backend.ts";

const engine = await openTensors({ portable: true });

Deno.test("a portable engine takes plain SIMD and nothing native", () => {
  assertEquals(engine.packs, ["companion (SIMD128)"]);
  assertEquals(engine.deterministic, "same bits on every machine");
});

for (const testCase of opCases) {
  Deno.test(`companion with plain SIMD: ${testCase.name}`, () => checkCase(testCase));
}
