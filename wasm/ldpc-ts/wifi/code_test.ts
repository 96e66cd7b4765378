import { assert, assertEquals, assertThrows } from "@std/assert";
import { checksHold } from "../qc/quasi_cyclic.ts";
import { TestRandom } from "../testing/random.ts";
import { hexBits, LDPC_VECTORS, ldpcCases } from "../testing/vectors.ts";
import type { WifiLength, WifiRate } from "./base_matrices.ts";
import { wifiCode, wifiMatrix } from "./code.ts";

Deno.test({
  name: "every reference codeword of 802.11n is encoded to the bit",
  ignore: LDPC_VECTORS === undefined,
  fn() {
    const cases = ldpcCases<{ n: WifiLength; rate: WifiRate; k: number; cw: string }>(
      "wifi_codewords.json",
    );
    assert(cases.length > 0);
    for (const { n, rate, k, cw } of cases) {
      const code = wifiCode({ n, rate });
      assertEquals([code.k, code.n], [k, n]);
      assertEquals(code.encode(hexBits(cw, k)), hexBits(cw, n));
    }
  },
});

Deno.test("all twelve codes encode to words of all checks and decode noisy words", () => {
  const random = new TestRandom(11);
  for (const n of [648, 1296, 1944] as const) {
    for (const rate of ["1/2", "2/3", "3/4", "5/6"] as const) {
      const code = wifiCode({ n, rate });
      const message = random.bits(code.k);
      const word = code.encode(message);
      assert(checksHold(wifiMatrix(n, rate), word));
      const result = code.decode(random.llrs(word, 0.4));
      assert(result.converged);
      assertEquals(result.bits, message);
    }
  }
});

Deno.test("a rate may be a number; an unknown code is refused", () => {
  assertEquals(wifiCode({ n: 648, rate: 2 / 3 }).k, 432);
  assertThrows(() => wifiCode({ n: 648, rate: 0.6 }), RangeError, "got 0.6");
  assertThrows(() => wifiCode({ n: 649 as 648, rate: "1/2" }), RangeError, "648, 1296, 1944");
  assertThrows(() => wifiCode({ n: 648, rate: "7/8" as "5/6" }), RangeError, 'got "7/8"');
});
