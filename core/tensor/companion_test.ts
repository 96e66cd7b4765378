import { assertEquals } from "@std/assert";
import { opCases } from "./testing/cases.ts";
import { checkCase } from "./testing/check_case.ts";
import { openTensors } from "./backend.ts";

const engine = await openTensors({ backend: "wasm", native: false });

Deno.test("this engine of WebAssembly has relaxed SIMD and gets the build that uses it", () => {
  assertEquals(engine.packs, ["companion (relaxed SIMD)"]);
});

for (const testCase of opCases) {
  Deno.test(`companion with relaxed SIMD: ${testCase.name}`, () => checkCase(testCase));
}
