import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeQuasiCyclic } from "../qc/encoder.ts";
import { checksHold } from "../qc/quasi_cyclic.ts";
import { TestRandom } from "../testing/random.ts";
import { hexBits, LDPC_VECTORS, ldpcCases, padded } from "../testing/vectors.ts";
import { nrBaseCode, nrCode } from "./code.ts";
import { type BaseGraph, liftedGraph, LIFTING_SIZES } from "./lifting.ts";

Deno.test({
  name: "every reference codeword of both base graphs is encoded to the bit",
  ignore: LDPC_VECTORS === undefined,
  fn() {
    interface Case {
      bg: BaseGraph;
      Z: number;
      K: number;
      Kp: number;
      N: number;
      msg: string;
      d: string;
    }
    const cases = ldpcCases<Case>("nr_codewords.json");
    assert(cases.length > 0);
    for (const { bg, Z, K, Kp, N, msg, d } of cases) {
      const code = nrBaseCode({ baseGraph: bg, liftingSize: Z });
      assertEquals([code.k, code.n], [K, N]);
      assertEquals(code.encode(padded(hexBits(msg, Kp), K)), hexBits(d, N), `graph ${bg}, Z ${Z}`);
    }
  },
});

Deno.test("all 51 lifting sizes of both graphs encode random messages to words of all checks", () => {
  const random = new TestRandom(2);
  assertEquals(LIFTING_SIZES.length, 51);
  for (const graph of [1, 2] as const) {
    for (const liftingSize of LIFTING_SIZES) {
      const code = liftedGraph(graph, liftingSize);
      const word = encodeQuasiCyclic(code, random.bits(code.systematicColumns * liftingSize));
      assert(checksHold(code, word), `graph ${graph}, Z ${liftingSize}`);
    }
  }
});

Deno.test("all 51 lifting sizes of both graphs decode a noisy word, also after 100 iterations", () => {
  const random = new TestRandom(3);
  for (const baseGraph of [1, 2] as const) {
    for (const liftingSize of LIFTING_SIZES) {
      const code = nrBaseCode({ baseGraph, liftingSize });
      const message = random.bits(code.k);
      const llrs = random.llrs(code.encode(message), 0.6);
      for (const earlyStop of [true, false]) {
        const result = code.decode(llrs, { iterations: earlyStop ? 20 : 100, earlyStop });
        const where = `graph ${baseGraph}, Z ${liftingSize}, early stop ${earlyStop}`;
        assert(result.converged, where);
        assertEquals(result.bits, message, where);
        if (!earlyStop) assertEquals(result.iterations, 100);
      }
    }
  }
});

Deno.test("nrCode sends n bits of k at rates from below 1/10 to 0.95, all redundancy versions", () => {
  const random = new TestRandom(4);
  for (
    const [k, n] of [[100, 2000], [20, 100], [1000, 1060], [4000, 40000], [8448, 8893]] as const
  ) {
    for (const rv of [0, 1, 2, 3] as const) {
      if (rv !== 0 && k / n > 0.5) continue; // with too few systematic bits to decode alone
      const code = nrCode({ k, n, rv });
      const message = random.bits(k);
      const llrs = random.llrs(code.encode(message), 0.2);
      assertEquals(code.decode(llrs).bits, message, `k ${k}, n ${n}, rv ${rv}`);
    }
  }
});

Deno.test("nrCode chooses graph and lifting size as the standard does", () => {
  const shapes = [
    [1536, 4608, 2, 160, 64],
    [3072, 4608, 2, 320, 128],
    [4096, 6144, 1, 192, 128],
    [8448, 16896, 1, 384, 0],
    [3840, 7680, 2, 384, 0],
    [3841, 7682, 1, 176, 31],
    [292, 320, 2, 40, 108],
    [3825, 4800, 1, 176, 47],
  ] as const;
  for (const [k, n, graph, liftingSize, fillers] of shapes) {
    const code = nrCode({ k, n });
    assertEquals([code.baseGraph, code.liftingSize, code.fillers], [graph, liftingSize, fillers]);
  }
});

Deno.test("what is not of the standard is refused with the wanted and the current value", () => {
  assertThrows(() => nrCode({ k: 0, n: 10 }), RangeError, "k: an integer from 1 to 8448; got 0");
  assertThrows(() => nrCode({ k: 8449, n: 20000 }), RangeError, "got 8449");
  assertThrows(() => nrCode({ k: 100, n: 100 }), RangeError, "n: an integer from 106");
  assertThrows(() => nrCode({ k: 100.5, n: 300 }), RangeError, "got 100.5");
  assertThrows(() => nrCode({ k: 100, n: 301, bitsPerSymbol: 2 }), RangeError, "multiple of");
  assertThrows(() => nrCode({ k: 100, n: 300, rv: 4 as 0 }), RangeError, "rv: one of 0, 1, 2, 3");
  assertThrows(
    () => nrBaseCode({ baseGraph: 1, liftingSize: 17 }),
    RangeError,
    "liftingSize: one of 2, 3, 4",
  );
  assertThrows(() => nrBaseCode({ baseGraph: 3 as 1, liftingSize: 16 }), RangeError, "got 3");
  const code = nrCode({ k: 100, n: 200 });
  assertThrows(() => code.encode(new Uint8Array(99)), RangeError, "bits: 100 bits; got 99");
  assertThrows(() => code.encode(new Uint8Array(100).fill(2)), RangeError, "got 2 at index 0");
  assertThrows(() => code.decode(new Float32Array(201)), RangeError, "llrs: 200 values; got 201");
  assertThrows(() => code.decode(new Float32Array(200).fill(NaN)), RangeError, "NaN at index 0");
  const infinite = new Float32Array(200);
  infinite[7] = -Infinity;
  assertThrows(() => code.decode(infinite), RangeError, "-Infinity at index 7");
  assertThrows(() => code.decode(new Float32Array(200), { clip: 64 }), RangeError, "clip");
});
