import { assert, assertEquals, assertThrows } from "@std/assert";
import { TestRandom } from "../testing/random.ts";
import { hexBits, LDPC_VECTORS, ldpcCases } from "../testing/vectors.ts";
import type { WifiRate } from "./base_matrices.ts";
import { ppduParameters, wifiPpdu } from "./ppdu.ts";

Deno.test({
  name: "every reference packet has the right numbers and coded bits, and decodes",
  ignore: LDPC_VECTORS === undefined,
  fn() {
    interface Case {
      rate: WifiRate;
      Ncbps: number;
      mstbc: number;
      Npld: number;
      Navbits: number;
      NCW: number;
      L: number;
      Nshrt: number;
      Npunc: number;
      Nrep: number;
      extra_symbol: boolean;
      bits: string;
      coded: string;
    }
    const random = new TestRandom(12);
    const cases = ldpcCases<Case>("wifi_ppdu.json");
    assert(cases.length > 0);
    for (const wanted of cases) {
      const ppdu = wifiPpdu({
        rate: wanted.rate,
        dataBits: wanted.Npld,
        bitsPerOfdmSymbol: wanted.Ncbps,
        stbc: wanted.mstbc === 2,
      });
      const { codedBits, codewords, codewordLength, shortened, punctured, repeated } = ppdu;
      assertEquals(
        [codedBits, codewords, codewordLength, shortened, punctured, repeated, ppdu.extraSymbol],
        [wanted.Navbits, wanted.NCW, wanted.L, wanted.Nshrt, wanted.Npunc, wanted.Nrep]
          .concat(wanted.extra_symbol as unknown as number),
      );
      const message = hexBits(wanted.bits, wanted.Npld);
      const coded = ppdu.encode(message);
      assertEquals(coded, hexBits(wanted.coded, codedBits));
      const results = ppdu.decode(random.llrs(coded, 0.3));
      assert(results.every((result) => result.converged));
      assertEquals(Uint8Array.from(results.flatMap((result) => [...result.bits])), message);
    }
  },
});

Deno.test("shares of all codewords add up to the packet, for every length up to 2000 bytes", () => {
  for (const rate of ["1/2", "2/3", "3/4", "5/6"] as const) {
    for (let bytes = 1; bytes <= 2000; bytes += 13) {
      const dataBits = 8 * bytes + 16;
      const p = ppduParameters({ rate, dataBits, bitsPerOfdmSymbol: 52, stbc: bytes % 2 === 0 });
      const sent = p.codewords * p.codewordLength - p.shortened - p.punctured + p.repeated;
      assertEquals(sent, p.codedBits);
      assert(p.punctured === 0 || p.repeated === 0);
    }
  }
});

Deno.test("a packet of the wrong length is refused", () => {
  const ppdu = wifiPpdu({ rate: "1/2", dataBits: 96, bitsPerOfdmSymbol: 52 });
  assertThrows(() => ppdu.encode(new Uint8Array(95)), RangeError, "bits: 96 bits; got 95");
  assertThrows(() => ppdu.decode(new Float32Array(3)), RangeError, "values; got 3");
});
