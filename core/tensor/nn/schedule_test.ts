import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../../errors.ts";
import { averageDecay, warmupCosine, warmupStableDecay } from "./schedule.ts";

Deno.test("the rate rises over the warm-up, stays, and falls to zero at the last step's end", () => {
  const rate = warmupStableDecay({ peak: 2, steps: 100, warmup: 10, cooldown: 20 });
  assertAlmostEquals(rate(0), 0.2);
  assertAlmostEquals(rate(4), 1);
  assertEquals([rate(9), rate(50), rate(80)], [2, 2, 2]);
  assertAlmostEquals(rate(90), 1);
  assertAlmostEquals(rate(99), 0.1);
  assertEquals([rate(100), rate(1000)], [0, 0]);
});

Deno.test("without warm-up and cool-down the rate is constant", () => {
  const rate = warmupStableDecay({ peak: 0.5, steps: 10, cooldown: 0 });
  assertEquals([rate(0), rate(9), rate(11)], [0.5, 0.5, 0.5]);
});

Deno.test("while the rate stays it does not depend on the number of steps", () => {
  const short = warmupStableDecay({ peak: 1, steps: 50, warmup: 5, cooldown: 10 });
  const long = warmupStableDecay({ peak: 1, steps: 500, warmup: 5, cooldown: 10 });
  for (let step = 0; step <= 40; step++) assertEquals(short(step), long(step));
});

Deno.test("a cosine is half way down at half of the steps and ends at its least rate", () => {
  const rate = warmupCosine({ peak: 1, steps: 110, warmup: 10, least: 0.02 });
  assertAlmostEquals(rate(0), 0.1);
  assertAlmostEquals(rate(10), 1);
  assertAlmostEquals(rate(60), 0.51);
  assertAlmostEquals(rate(110), 0.02);
  assertAlmostEquals(rate(500), 0.02);
});

Deno.test("the average forgets the start: its decay begins at 1/10 and ends at what was asked", () => {
  assertEquals(averageDecay(0.99, 0), 0.1);
  assertEquals(averageDecay(0.99, 1e6), 0.99);
});

Deno.test("schedules refuse what is no number of steps or no rate", () => {
  const refused = [
    { peak: 0, steps: 10, cooldown: 0 },
    { peak: NaN, steps: 10, cooldown: 0 },
    { peak: 1, steps: 1.5, cooldown: 0 },
    { peak: 1, steps: 10, cooldown: -1 },
    { peak: 1, steps: 10, warmup: NaN, cooldown: 0 },
  ];
  for (const options of refused) assertThrows(() => warmupStableDecay(options), OptionError);
  assertThrows(() => warmupCosine({ peak: 1, steps: 10, least: 2 }), OptionError);
});
