import { assert, assertEquals, assertThrows } from "@std/assert";
import { crcHolds } from "../crc.ts";
import { TestRandom } from "../testing/random.ts";
import { LDPC_VECTORS, ldpcCases } from "../testing/vectors.ts";
import type { BaseGraph } from "./lifting.ts";
import { segment, segmentation, selectBaseGraph } from "./segmentation.ts";

Deno.test({
  name: "every reference segmentation is met",
  ignore: LDPC_VECTORS === undefined,
  fn() {
    interface Case {
      B: number;
      bg: BaseGraph;
      exact: boolean;
      L: number;
      C: number;
      Kp: number;
      Z: number;
      K: number;
      F: number;
    }
    const cases = ldpcCases<Case>("nr_segmentation.json");
    assert(cases.length > 0);
    for (const { B, bg, exact, L, C, Kp, Z, K, F } of cases) {
      assertEquals(segmentation(B, bg), {
        baseGraph: bg,
        totalBits: B,
        blocks: C,
        crcBits: L,
        messageBits: Kp,
        liftingSize: Z,
        blockBits: K,
        fillerBits: F,
        exact,
      });
    }
  },
});

Deno.test("segments join to the message, each with its own CRC, fillers are zero", () => {
  const bits = new TestRandom(7).bits(3 * 8400);
  const plan = segmentation(bits.length, 1);
  const blocks = segment(bits, 1);
  assertEquals(blocks.length, 3);
  const joined = blocks.flatMap((block) => [...block.subarray(0, plan.messageBits - 24)]);
  assertEquals(Uint8Array.from(joined), bits);
  for (const block of blocks) {
    assert(crcHolds("24B", block.subarray(0, plan.messageBits)));
    assert(block.subarray(plan.messageBits).every((bit) => bit === 0));
  }
});

Deno.test("the limits of the base graphs are where the standard has them", () => {
  assertEquals(selectBaseGraph(292, 0.9), 2);
  assertEquals(selectBaseGraph(293, 0.9), 1);
  assertEquals(selectBaseGraph(3824, 0.67), 2);
  assertEquals(selectBaseGraph(3825, 0.67), 1);
  assertEquals(selectBaseGraph(100000, 0.25), 2);
  assertEquals(segmentation(8448, 1).blocks, 1);
  assertEquals(segmentation(8449, 1).blocks, 2);
  assertEquals(segmentation(3840, 2).blocks, 1);
  assertEquals(segmentation(3841, 2).blocks, 2);
});

Deno.test("bits that do not cut into equal blocks are refused with a number that does", () => {
  assertThrows(() => segment(new Uint8Array(8449), 1), RangeError, "such as 8450; got 8449");
});
