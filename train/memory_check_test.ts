import { assert, assertThrows } from "@std/assert";
import { DataError } from "../core/errors.ts";
import { rootKey } from "../core/random.ts";
import { checkStepFits, describeFit, measureStep } from "./memory_check.ts";
import { Network } from "./network.ts";
import { goalOf } from "./settings.ts";
import { tinySettings } from "./testing/run_tiny.ts";
import { tinyCodec } from "./testing/tiny_codec.ts";

Deno.test("what a step needs is measured on two dry ones, which change nothing", async () => {
  using network = Network.fresh(tinyCodec(goalOf(tinySettings("photos"))), rootKey(1));
  const before = await network.snapshot();
  const { fixed, perPixel } = await measureStep(network);
  // At least the crops and their reconstruction, three floats a pixel each; at most a few of them.
  assert(perPixel > 24 && perPixel < 1000, `${perPixel}`);
  assert(fixed > 0 && fixed < 2 ** 26, `${fixed}`);
  const after = await network.snapshot();
  for (const [name, values] of before.values) {
    assert(after.values.get(name)!.every((value, at) => value === values[at]));
  }
});

Deno.test("the size that is proposed fits, one more does not", () => {
  const memory = { fixed: 1e8, perPixel: 2000 };
  const batch = Number(/--batch (\d+)$/.exec(describeFit(memory, 128))?.[1]);
  checkStepFits(memory, batch, 128);
  assertThrows(() => checkStepFits(memory, batch + 1, 128), DataError, `--batch ${batch}`);
  const [, crop] = /--batch 1 --crop (\d+)$/.exec(describeFit(memory, 4096)) ?? [];
  checkStepFits(memory, 1, Number(crop));
  assertThrows(() => checkStepFits(memory, 1, Number(crop) + 16), DataError);
});
