import { assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../core/errors.ts";
import { checkExperiment, DEFAULTS, type Experiment, readExperiment } from "./experiment.ts";

const good: Experiment = { ...DEFAULTS, codecs: [{ id: "bpg-capacity", options: {} }] };

Deno.test("an experiment written as JSON reads back the same", () => {
  assertEquals(readExperiment(JSON.stringify(good), "x.json"), good);
  assertEquals(checkExperiment(good), good);
});

Deno.test("a file that is no experiment is refused by field", () => {
  const wrong: [string, string][] = [
    ["{", "not"],
    ["[]", "JSON object"],
    [`{"snr": [1]}`, `no field "snr"`],
    [`{"snrDb": "1,4"}`, `"snrDb" must be numbers`],
    [`{"codecs": ["bpg"]}`, `"codecs" must be specs`],
    [`{"images": "all"}`, `"images" must be number?`],
  ];
  for (const [text, message] of wrong) {
    assertThrows(() => readExperiment(text, "x.json"), OptionError, message);
  }
});

Deno.test("values out of range are refused with the option's name", () => {
  const wrong: [Partial<Experiment>, string][] = [
    [{ codecs: [] }, "--codecs"],
    [{ snrDb: [] }, "--snr"],
    [{ snrDb: [1, NaN] }, `--snr: Es/N0 in dB from -100 to 100; got "NaN"`],
    [{ snrDb: [1e9] }, "--snr"],
    [{ assumedSnrDb: [Infinity] }, "--assumed-snr"],
    [{ cbr: ["2"] }, "--cbr"],
    [{ images: 0 }, "--images"],
    [{ trials: 1.5 }, "--trials"],
    [{ seed: -1 }, "--seed"],
    [{ halfWidth: { psnr: 0 } }, "--half-width psnr"],
    [{ halfWidth: { fid: 1 } }, "one of the metrics of the run"],
    [{ channels: [] }, "--channel"],
  ];
  for (const [change, text] of wrong) {
    assertThrows(() => checkExperiment({ ...good, ...change }), OptionError, text);
  }
});
