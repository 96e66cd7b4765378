import { assert, assertEquals, assertThrows } from "@std/assert";
import type { BitsPerSymbol } from "../modulation/constellation.ts";
import { FILLER_LLR } from "../decoder/engine.ts";
import { TestRandom } from "../testing/random.ts";
import { hexBits, LDPC_VECTORS, ldpcCases, padded } from "../testing/vectors.ts";
import { nrBaseCode } from "./code.ts";
import { type BaseGraph, GRAPHS, LIFTING_SIZES } from "./lifting.ts";
import {
  bitSelection,
  rateMatch,
  type RateMatching,
  rateRecover,
  type RedundancyVersion,
} from "./rate_matching.ts";

Deno.test({
  name: "every reference case of rate matching is met to the bit",
  ignore: LDPC_VECTORS === undefined,
  fn() {
    interface Case {
      bg: BaseGraph;
      Z: number;
      K: number;
      Kp: number;
      Nref: number | null;
      rv: RedundancyVersion;
      Qm: BitsPerSymbol;
      E: number;
      msg: string;
      f: string;
    }
    const cases = ldpcCases<Case>("nr_ratematch.json");
    assert(cases.length > 0);
    for (const { bg, Z, K, Kp, Nref, rv, Qm, E, msg, f } of cases) {
      const encoded = nrBaseCode({ baseGraph: bg, liftingSize: Z })
        .encode(padded(hexBits(msg, Kp), K));
      const sent = rateMatch(encoded, {
        baseGraph: bg,
        liftingSize: Z,
        messageBits: Kp,
        sentBits: E,
        rv,
        bitsPerSymbol: Qm,
        ...(Nref === null ? {} : { nRef: Nref }),
      });
      assertEquals(sent, hexBits(f, E), JSON.stringify({ bg, Z, Kp, Nref, rv, Qm, E }));
    }
  },
});

function randomCase(random: TestRandom): RateMatching {
  const baseGraph = random.pick([1, 2] as const);
  const liftingSize = random.pick(LIFTING_SIZES);
  const block = GRAPHS[baseGraph].systematicColumns * liftingSize;
  const bitsPerSymbol = random.pick([1, 2, 4, 6, 8, 10] as const);
  return {
    baseGraph,
    liftingSize,
    messageBits: random.integer(2 * liftingSize + 1, block),
    sentBits: bitsPerSymbol * random.integer(1, 3 * block),
    rv: random.pick([0, 1, 2, 3] as const),
    bitsPerSymbol,
    ...(random.unit() < 0.5 ? {} : { nRef: random.integer(block, 4 * block) }),
  };
}

Deno.test("recovery adds each LLR where its bit came from, on random parameters", () => {
  const random = new TestRandom(5);
  for (let round = 0; round < 200; round++) {
    const options = randomCase(random);
    const selection = bitSelection(options);
    const wanted = new Map<number, number>();
    const llrs = Float32Array.from(selection, () => random.integer(-50, 50));
    selection.forEach((at, i) => wanted.set(at, (wanted.get(at) ?? 0) + llrs[i]!));
    const recovered = rateRecover(llrs, options);
    const punctured = 2 * options.liftingSize;
    const end = GRAPHS[options.baseGraph].systematicColumns * options.liftingSize - punctured;
    for (let i = 0; i < recovered.length; i++) {
      const filler = i >= options.messageBits - punctured && i < end;
      assertEquals(recovered[i], filler ? FILLER_LLR : wanted.get(i) ?? 0);
    }
  }
});

Deno.test("a limited buffer is never read beyond its end and repetition is balanced", () => {
  const random = new TestRandom(6);
  for (let round = 0; round < 200; round++) {
    const options = randomCase(random);
    const count = new Map<number, number>();
    for (const at of bitSelection(options)) count.set(at, (count.get(at) ?? 0) + 1);
    if (options.nRef) assert([...count.keys()].every((at) => at < options.nRef!));
    const most = Math.max(...count.values());
    assert([...count.values()].every((times) => times >= most - 1));
  }
});

Deno.test("two transmissions combine into the sum of both", () => {
  const options = { baseGraph: 2, liftingSize: 8, messageBits: 70, sentBits: 120 } as const;
  const first = rateRecover(new Float32Array(120).fill(1), { ...options, rv: 0 });
  const both = rateRecover(new Float32Array(120).fill(2), { ...options, rv: 2 }, first);
  assert(both === first);
  const sum = both.reduce((total, value) => total + value, 0);
  assertEquals(sum, 120 * 3 + 10 * FILLER_LLR);
});

Deno.test("a buffer of fillers only is refused", () => {
  const options = {
    baseGraph: 1,
    liftingSize: 8,
    messageBits: 16,
    sentBits: 10,
    nRef: 100,
  } as const;
  assertThrows(() => bitSelection(options), RangeError, "only fillers");
});
