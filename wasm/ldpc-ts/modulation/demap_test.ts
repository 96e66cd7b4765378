import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { TestRandom } from "../testing/random.ts";
import { LDPC_VECTORS, ldpcCases, readVectors } from "../testing/vectors.ts";
import { type BitsPerSymbol, integerPower, MODULATION_ORDERS } from "./constellation.ts";
import { demap } from "./demap.ts";
import { modulate } from "./modulate.ts";

/** Every bit pattern of a symbol, one after the other. */
function allSymbols(bitsPerSymbol: BitsPerSymbol): Uint8Array {
  return Uint8Array.from(
    { length: bitsPerSymbol << bitsPerSymbol },
    (_, i) => Math.floor(i / bitsPerSymbol) >> (bitsPerSymbol - 1 - i % bitsPerSymbol) & 1,
  );
}

Deno.test({
  name: "the constellations are those of the standard",
  ignore: LDPC_VECTORS === undefined,
  fn() {
    const maps = readVectors<
      { norm: Record<string, number>; points: Record<string, [number, number][]> }
    >(`${LDPC_VECTORS}/tables/qam_maps.json`);
    for (const [order, points] of Object.entries(maps.points)) {
      const bitsPerSymbol = Number(order) as BitsPerSymbol;
      const norm = maps.norm[order]!;
      assertEquals(integerPower(bitsPerSymbol), norm);
      const symbols = modulate(allSymbols(bitsPerSymbol), bitsPerSymbol);
      const wanted = points.flat().map((value) => Math.fround(value / Math.sqrt(norm)));
      for (const [i, value] of wanted.entries()) assertAlmostEquals(symbols[i]!, value, 1e-7);
    }
  },
});

Deno.test({
  name: "exact and max-log LLRs equal the reference enumeration",
  ignore: LDPC_VECTORS === undefined,
  fn() {
    interface Case {
      Qm: BitsPerSymbol;
      N0: number;
      y: [number, number][];
      exact: number[][];
      maxlog: number[][];
    }
    const cases = ldpcCases<Case>("qam_llr.json");
    assert(cases.length > 0);
    for (const { Qm, N0, y, exact, maxlog } of cases) {
      const symbols = Float32Array.from(y.flat());
      for (const [method, wanted] of [["exact", exact], ["max-log", maxlog]] as const) {
        const llrs = demap(symbols, { bitsPerSymbol: Qm, noiseVariance: N0, method });
        for (const [i, value] of wanted.flat().entries()) {
          // The reference took y before it was rounded to float32, |y| 2^-25 away; an LLR changes
          // by at most 2 (1 + 1) sqrt(2) / N0 of that. Then the output is rounded to float32.
          const y = Math.max(...symbols.map(Math.abs));
          const bound = 6 * y * 2 ** -25 / N0 + Math.abs(value) * 2 ** -24;
          assertAlmostEquals(llrs[i]!, value, bound);
        }
      }
    }
  },
});

Deno.test("bits survive modulation and demapping without noise, with and without a gain", () => {
  const random = new TestRandom(13);
  for (const bitsPerSymbol of MODULATION_ORDERS) {
    const bits = allSymbols(bitsPerSymbol);
    const symbols = modulate(bits, bitsPerSymbol);
    const gains = symbols.map(() => 0.3 + random.unit());
    const faded = new Float32Array(symbols.length);
    for (let i = 0; i < symbols.length; i += 2) {
      const [re, im] = [symbols[i]!, symbols[i + 1]!], [hRe, hIm] = [gains[i]!, gains[i + 1]!];
      faded[i] = re * hRe - im * hIm;
      faded[i + 1] = re * hIm + im * hRe;
    }
    for (const method of ["exact", "max-log"] as const) {
      const options = { bitsPerSymbol, noiseVariance: 0.0005, method };
      assertEquals(demap(symbols, options).map((llr) => llr < 0 ? 1 : 0), Float32Array.from(bits));
      const llrs = demap(faded, { ...options, gains });
      assertEquals(llrs.map((llr) => llr < 0 ? 1 : 0), Float32Array.from(bits));
    }
  }
});

Deno.test("a gain h is the same as dividing the symbol by h and N0 by |h|^2", () => {
  const gains = Float32Array.of(0.6, -0.8, 2, 0);
  const received = Float32Array.of(0.5, 0.25, -1, 0.5);
  const llrs = demap(received, { bitsPerSymbol: 4, noiseVariance: 0.5, gains });
  const first = Float32Array.of(0.5 * 0.6 - 0.25 * 0.8, 0.25 * 0.6 + 0.5 * 0.8);
  const second = Float32Array.of(-0.5, 0.25);
  const wanted = [
    ...demap(first, { bitsPerSymbol: 4, noiseVariance: 0.5 }),
    ...demap(second, { bitsPerSymbol: 4, noiseVariance: 0.125 }),
  ];
  wanted.forEach((value, i) => assertAlmostEquals(llrs[i]!, value, 1e-5));
});

Deno.test("symbols and options outside their range are refused", () => {
  const options = { bitsPerSymbol: 2, noiseVariance: 1 } as const;
  assertThrows(() => demap(Float32Array.of(NaN, 0), options), RangeError, "NaN at index 0");
  assertThrows(() => demap(new Float32Array(3), options), RangeError, "pairs");
  const zero = { ...options, noiseVariance: 0 };
  assertThrows(() => demap(new Float32Array(2), zero), RangeError, "positive number; got 0");
  const odd = { ...options, bitsPerSymbol: 3 as 2 };
  assertThrows(() => demap(new Float32Array(2), odd), RangeError, "1, 2, 4, 6, 8, 10; got 3");
  assertThrows(() => modulate(new Uint8Array(3), 2), RangeError, "a multiple of 2; got 3");
});
