import { assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../../core/errors.ts";
import { parseSlurm, sbatchArguments } from "./settings.ts";

Deno.test("without settings the cluster's own defaults hold", () => {
  const settings = parseSlurm([]);
  assertEquals(settings, { tasks: 16, cpus: 1, tries: 3, poll: 10, extra: [] });
  assertEquals(sbatchArguments(settings), ["--cpus-per-task=1"]);
});

Deno.test("settings become arguments of sbatch, further ones as they are and last", () => {
  const settings = parseSlurm([
    ...["partition=long", "time=1-0:00", "memory=8G", "account=me", "cpus=4", "tasks=9"],
    ...["sbatch=--qos=low", "sbatch=--constraint=avx512&ib"],
  ]);
  assertEquals([settings.tasks, settings.cpus], [9, 4]);
  assertEquals(sbatchArguments(settings), [
    ...["--cpus-per-task=4", "--partition=long", "--account=me", "--time=1-0:00", "--mem=8G"],
    ...["--qos=low", "--constraint=avx512&ib"],
  ]);
});

Deno.test("a setting that is unknown, empty or out of range is refused by name", () => {
  const wrong: [string, string][] = [
    ["task=4", 'did you mean "tasks"'],
    ["tasks", "tasks: a value is missing"],
    ["tasks=", "tasks: a value is missing"],
    ["tasks=0", "tasks: an integer from 1"],
    ["cpus=1.5", "cpus: an integer from 1"],
    ["tries=many", "tries: an integer from 1"],
    ["sbatch=qos", "an argument such as"],
    ["sbatch=--array=1-4", "--array is set by the program itself"],
    ["sbatch=--wrap=rm", "--wrap is set by the program itself"],
    ["toString=1", "one of tasks="],
  ];
  for (const [setting, text] of wrong) {
    assertThrows(() => parseSlurm([setting]), OptionError, text);
  }
});
