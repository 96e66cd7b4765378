import { assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "./errors.ts";
import { Registry } from "./registry.ts";

function registry(...ids: string[]): Registry<{ id: string }> {
  const known = new Registry<{ id: string }>("codec");
  for (const id of ids) known.register({ id });
  return known;
}

Deno.test("a registry gives back the plugin that was registered under an id", () => {
  const known = registry("bpg-ldpc", "bpg-capacity");
  assertEquals(known.get("bpg-ldpc"), { id: "bpg-ldpc" });
  assertEquals([...known].map((plugin) => plugin.id), ["bpg-ldpc", "bpg-capacity"]);
});

Deno.test("a second plugin with the same id is refused by name", () => {
  assertThrows(() => registry("awgn", "awgn"), OptionError, `"awgn" is there already`);
});

Deno.test("an unknown id is refused with the nearest and all known ids", () => {
  const error = assertThrows(() => registry("bpg-ldpc", "deepjscc").get("bpg-ldcp"), OptionError);
  assertEquals(
    error.message,
    `unknown codec "bpg-ldcp", did you mean "bpg-ldpc"; known: bpg-ldpc, deepjscc`,
  );
});

Deno.test("an id that could not be typed on a command line is refused", () => {
  for (const id of ["", "Bpg", "a b", "a:b", "a,b", "-a"]) {
    assertThrows(() => registry(id), OptionError, "codec id");
  }
});
