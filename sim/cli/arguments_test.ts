import { assert, assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../../core/errors.ts";
import { type Argument, helpText, readArguments } from "./arguments.ts";

const table: Argument[] = [
  { name: "snr", value: "1,4", text: "Es/N0 in dB", default: "1" },
  { name: "codecs", value: "id", many: true, text: "codecs" },
  { name: "quiet", text: "say nothing" },
  { name: "help", text: "this text" },
];

function read(...args: string[]): Record<string, readonly string[]> {
  return Object.fromEntries(readArguments(args, table));
}

Deno.test("a value may stand behind a blank or an equals sign, and begin with a minus", () => {
  for (const args of [["--snr", "-5,0"], ["--snr=-5,0"], ["--", "--snr", "-5,0"]]) {
    assertEquals(read(...args), { snr: ["-5,0"] });
  }
  assertEquals(read("--snr", "-.5"), { snr: ["-.5"] });
});

Deno.test("an option of several values takes all up to the next option", () => {
  assertEquals(read("--codecs", "a", "b:x=1", "--quiet", "--snr", "3"), {
    quiet: [],
    snr: ["3"],
    codecs: ["a", "b:x=1"],
  });
  assertEquals(read("--codecs=a", "--codecs", "b"), { codecs: ["a", "b"] });
});

Deno.test("-h is --help", () => {
  assertEquals(read("-h"), { help: [] });
});

Deno.test("a slip is refused with what to do", () => {
  const wrong: [string[], string][] = [
    [["--sn", "1"], `unknown option "--sn", did you mean "snr"`],
    [["--snr"], "--snr: a value is missing"],
    [["--snr", "--quiet"], "--snr: a value is missing"],
    [["--codecs"], "--codecs: a value is missing"],
    [["--snr", "1", "2"], `"2" belongs to no option`],
    [["--snr=1", "--snr=2"], "--snr: one value; got 2"],
    [["kodak"], `"kodak" belongs to no option`],
  ];
  for (const [args, text] of wrong) assertThrows(() => read(...args), OptionError, text);
});

Deno.test("the help names every option with its default and keeps within 100 columns", () => {
  const long: Argument = {
    name: "long",
    value: "A_VALUE_WITH_A_VERY_LONG_NAME",
    text: "word ".repeat(40).trim(),
  };
  const help = helpText({ usage: "Usage: x", options: [...table, long] });
  for (const { name } of table) assert(help.includes(`--${name}`));
  assert(help.includes("Es/N0 in dB [1]"));
  assert(help.split("\n").every((line) => line.length <= 100));
});

Deno.test("an option that may stand alone is there without a value, and takes those that it gets", () => {
  const optional = [...table, { name: "slurm", value: "key", many: true, alone: true, text: "" }];
  const get = (...args: string[]): readonly string[] | undefined =>
    readArguments(args, optional).get("slurm");
  assertEquals(get("--snr", "1"), undefined);
  assertEquals(get("--slurm"), []);
  assertEquals(get("--slurm", "--quiet"), []);
  assertEquals(get("--slurm", "a=1", "b=--x=2", "--quiet"), ["a=1", "b=--x=2"]);
  assert(helpText({ usage: "", options: optional }).includes("--slurm [key ...]"));
});

Deno.test("arguments that follow no option belong to the one that a command names for them", () => {
  const given = readArguments(["a", "--quiet", "b", "--snr", "3", "c"], table, "codecs");
  assertEquals(Object.fromEntries(given), { quiet: [], codecs: ["a", "b", "c"], snr: ["3"] });
});
