import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "./errors.ts";
import { awgnCapacity, channelUseBudget, noiseVariance, parseRatio } from "./units.ts";

Deno.test("the budget of a Kodak image at CBR 1/48 is 24576 channel uses, at 1/16 three times that", () => {
  const kodak = { width: 768, height: 512 };
  assertEquals(channelUseBudget(1 / 48, kodak), 24576);
  assertEquals(channelUseBudget(1 / 16, kodak), 73728);
});

Deno.test("a budget is rounded down, but not by the rounding error of a fraction", () => {
  assertEquals(channelUseBudget(1 / 48, { width: 1, height: 1 }), 0);
  assertEquals(channelUseBudget(1 / 3, { width: 1, height: 1 }), 1);
  for (let den = 1; den <= 200; den++) {
    assertEquals(channelUseBudget(1 / den, { width: den, height: 7 }), 21);
    assertEquals(channelUseBudget(1 / den, { width: den, height: 1 }), 3);
  }
  assertEquals(channelUseBudget(0.3333, { width: 100, height: 1 }), 99);
});

Deno.test("capacity is one bit at 0 dB and log2(1 + snr) elsewhere", () => {
  assertEquals(awgnCapacity(0), 1);
  assertAlmostEquals(awgnCapacity(10), Math.log2(11), 1e-14);
  assertAlmostEquals(awgnCapacity(-200), 1e-20 / Math.LN2, 1e-30);
  assertAlmostEquals(noiseVariance(10), 0.1, 1e-16);
});

Deno.test("a ratio is a number or a fraction in (0, 1]", () => {
  assertEquals(parseRatio("1/48", "--cbr"), 1 / 48);
  assertEquals(parseRatio(" 0.25 ", "--cbr"), 0.25);
  for (const text of ["0", "1/0", "-1/48", "2", "", "abc", "1/48/2", "NaN", "Infinity", "3/2"]) {
    const error = assertThrows(() => parseRatio(text, "--cbr"), OptionError);
    assertEquals(
      error.message,
      `--cbr: a number in (0, 1] or a fraction such as 1/48; got "${text}"`,
    );
  }
});
