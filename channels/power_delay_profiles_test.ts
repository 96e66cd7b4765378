import { assertAlmostEquals } from "@std/assert";
import { type DelayProfile, delayProfile, PROFILES } from "./power_delay_profiles.ts";

function spreadOf({ delays, powers }: DelayProfile): number {
  let mean = 0, square = 0;
  for (const [tap, delay] of delays.entries()) {
    mean += (powers[tap] as number) * delay;
    square += (powers[tap] as number) * delay * delay;
  }
  return Math.sqrt(square - mean * mean);
}

for (const name of PROFILES) {
  Deno.test(`${name}: the powers sum to 1 and the delay spread is the one asked for`, () => {
    for (const spread of [30e-9, 300e-9, 1e-6]) {
      const profile = delayProfile(name, spread, 65e-9);
      assertAlmostEquals(profile.powers.reduce((sum, p) => sum + p, 0), 1, 1e-12);
      // TR 38.901 normalises its tables to a spread of 1; four digits of delay, one of power.
      const tolerance = name === "exponential" ? 1e-2 : 1e-4;
      assertAlmostEquals(spreadOf(profile) / spread, 1, tolerance);
    }
  });
}

Deno.test("no delay spread is one tap", () => {
  const { delays, powers } = delayProfile("exponential", 0, 65e-9);
  assertAlmostEquals(delays.length, 1);
  assertAlmostEquals(powers[0] as number, 1);
});
