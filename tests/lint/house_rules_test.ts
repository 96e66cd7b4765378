import { assertEquals } from "@std/assert";
import plugin from "./house_rules.ts";

function reports(file: string): number {
  return Deno.lint.runPlugin(plugin, file, "export const a = [1][0]!;").length;
}

Deno.test("a non-null assertion is reported in sources and allowed in tests", () => {
  assertEquals(reports("core/image.ts"), 1);
  assertEquals(reports("core/image_test.ts"), 0);
  assertEquals(reports("tests/conformance.ts"), 0);
});
