import { assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "./errors.ts";
import { formatSpec, type OptionsSchema, parseOptions, parseSpec } from "./options.ts";

interface Sample {
  level: number;
  rate: number;
  mcs: number | string;
  chroma: string;
  salvage: boolean;
  file: string;
}
const schema: OptionsSchema<Sample> = {
  level: { type: "integer", default: 8, min: 1, max: 9, text: "effort" },
  rate: { type: "ratio", default: 0.5, max: 1, text: "code rate" },
  mcs: { type: "integer-or-word", default: "auto", words: ["auto"], min: 0, max: 27, text: "MCS" },
  chroma: { type: "choice", default: "444", choices: ["444", "420"], text: "chroma format" },
  salvage: { type: "boolean", default: false, text: "show damaged files" },
  file: { type: "text", default: "", text: "weights" },
};

Deno.test("a spec is an id with key=value pairs", () => {
  assertEquals(parseSpec("bpg-ldpc:mcs=12,chroma=420", "--codecs"), {
    id: "bpg-ldpc",
    options: { mcs: "12", chroma: "420" },
  });
  assertEquals(parseSpec("awgn", "--channel"), { id: "awgn", options: {} });
});

Deno.test("a malformed spec is refused with what was wanted", () => {
  for (const text of ["", ":a=1", "a b", "bpg:", "bpg:mcs", "bpg:=1", "bpg:a=1,a=2"]) {
    assertThrows(() => parseSpec(text, "--codecs"), OptionError, "--codecs");
  }
});

Deno.test("options take their types from the schema and their defaults where absent", () => {
  assertEquals(
    parseOptions(schema, { level: "3", rate: "1/3", mcs: "12", salvage: "true" }, "x"),
    { level: 3, rate: 1 / 3, mcs: 12, chroma: "444", salvage: true, file: "" },
  );
  assertEquals(parseOptions(schema, { mcs: "auto" }, "x").mcs, "auto");
});

Deno.test("a wrong option says its range, its choices, or the nearest name", () => {
  const wrong: [Record<string, string>, string][] = [
    [{ level: "10" }, `x:level: an integer from 1 to 9; got "10"`],
    [{ level: "2.5" }, "an integer"],
    [{ level: "" }, "an integer"],
    [{ rate: "0/3" }, "fraction"],
    [{ mcs: "best" }, "or auto"],
    [{ chroma: "440" }, `one of 444, 420, did you mean "444"`],
    [{ salvage: "yes" }, "true or false"],
    [{ levle: "1" }, `no option "levle", did you mean "level"`],
    [{ toString: "1" }, "no option"],
  ];
  for (const [given, text] of wrong) {
    assertThrows(() => parseOptions(schema, given, "x"), OptionError, text);
  }
});

Deno.test("the canonical text names only what differs from the defaults, in schema order", () => {
  const options = parseOptions(schema, { chroma: "420", level: "3" }, "x");
  assertEquals(formatSpec("bpg", schema, { ...options }), "bpg:level=3,chroma=420");
  assertEquals(formatSpec("bpg", schema, { ...parseOptions(schema, {}, "x") }), "bpg");
});
