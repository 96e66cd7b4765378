import { assert, assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../../core/errors.ts";
import type { TrainablePlugin } from "../../core/tensor/trainable.ts";
import { DEFAULTS } from "../../train/settings.ts";
import type { TrainingRecord } from "../../train/state_file.ts";
import { readArguments } from "./arguments.ts";
import { ARGUMENTS, help } from "./train_arguments.ts";
import { checkResumed, readEngine, readTrainingSettings } from "./train_settings.ts";

const plugin: TrainablePlugin = {
  codec: "toy",
  presets: ["small", "large"],
  stages: 2,
  create: () => Promise.reject(new Error("not made here")),
};

function given(line: string): ReturnType<typeof readArguments> {
  return readArguments(line.split(" ").filter(Boolean), ARGUMENTS);
}

Deno.test("what is not said is the default, and the codec's first preset", () => {
  const settings = readTrainingSettings(given("--data photos"), plugin);
  assertEquals(settings, { ...DEFAULTS, codec: "toy", preset: "small", data: "photos" });
});

Deno.test("a resumed training keeps its settings but for what is said", () => {
  const former = readTrainingSettings(
    given("--data photos --preset large --rate 1e-3 --cooldown 7 --set a=1 b=2"),
    plugin,
  );
  const settings = readTrainingSettings(given("--rate 5e-4 --set b=3 --snr -2.5"), plugin, former);
  assertEquals(settings, {
    ...former,
    ...{ rate: 5e-4, snrDb: -2.5, codecSettings: { a: "1", b: "3" } },
  });
});

Deno.test("wrong options are refused by name, with what was wanted and what came", () => {
  const refusals = [
    ["", "--data"],
    ["--data p --preset larg", 'did you mean "large"'],
    ["--data p --stage 3", "--stage: a number, from 1 to 2"],
    ["--data p --steps 1.5", "--steps: an integer"],
    ["--data p --batch 0", "--batch"],
    ["--data p --rate nan", "--rate"],
    ["--data p --ema 1.1", "--ema: a number, from 0 to 1"],
    ["--data p --cbr 1/0", "--cbr"],
    ["--data p --set width", "--set: KEY=VALUE"],
    ["--data p --schedule linear", "--schedule: one of stable, cosine"],
    ["--data p --replicas 0", "--replicas"],
  ] as const;
  for (const [line, text] of refusals) {
    assertThrows(() => readTrainingSettings(given(line), plugin), OptionError, text);
  }
  assertThrows(() => readEngine(given("--backend gpu"), 1), OptionError, "--backend: one of");
  assertThrows(() => readEngine(given("--threads 0"), 1), OptionError, "--threads");
});

Deno.test("a checkpoint of another codec, preset, stage or rate is refused by name", () => {
  const settings = readTrainingSettings(given("--data p --cbr 1/48"), plugin);
  const record = { settings } as TrainingRecord;
  for (const option of ["--codec other", "--preset large", "--stage 2", "--cbr 1/16"]) {
    const error = assertThrows(() => checkResumed(given(option), record, "f"), OptionError);
    assert((error as Error).message.includes(option), (error as Error).message);
  }
  checkResumed(given("--codec toy --preset small --cbr 2/96 --snr 3"), record, "f");
});

Deno.test("the help names every option", () => {
  for (const { name } of ARGUMENTS) assert(help().includes(`--${name}`));
});
