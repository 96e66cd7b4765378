import { assert, assertEquals } from "@std/assert";
import { LDPC_VECTORS, ldpcCases, readVectors } from "../testing/vectors.ts";
import { type McsTable, mcsTable } from "./mcs.ts";
import { segmentation, selectBaseGraph } from "./segmentation.ts";
import { fittingBlockSize, SMALL_SIZES, transportBlockSize } from "./transport_block_size.ts";

Deno.test({
  name: "every reference transport block size is met",
  ignore: LDPC_VECTORS === undefined,
  fn() {
    interface Case {
      Qm: number;
      r1024: number;
      nPRB: number;
      nRE: number;
      layers: number;
      TBS: number;
    }
    const cases = ldpcCases<Case>("nr_tbs.json");
    assert(cases.length > 0);
    for (const { Qm, r1024, nPRB, nRE, layers, TBS } of cases) {
      const size = transportBlockSize({
        resourceElements: nRE,
        resourceBlocks: nPRB,
        bitsPerSymbol: Qm,
        codeRate: r1024 / 1024,
        layers,
      });
      assertEquals(size, TBS);
      const total = size + (size > 3824 ? 24 : 16);
      assert(segmentation(total, selectBaseGraph(size, r1024 / 1024)).exact);
    }
  },
});

Deno.test({
  name: "MCS tables and small sizes equal the tables of the standard",
  ignore: LDPC_VECTORS === undefined,
  fn() {
    const { tbs } = readVectors<{ tbs: number[] }>(`${LDPC_VECTORS}/tables/nr_tbs_small.json`);
    assertEquals(SMALL_SIZES, tbs);
    type Row = { I: number; Qm: number; R1024: number; SE: number };
    const { tables } = readVectors<{ tables: Record<string, Row[]> }>(
      `${LDPC_VECTORS}/tables/nr_mcs.json`,
    );
    for (const [table, rows] of Object.entries(tables)) {
      const ours = mcsTable(Number(table) as McsTable);
      assertEquals(
        ours.map((row) => [row.index, row.bitsPerSymbol, row.codeRate * 1024]),
        rows.map((row) => [row.I, row.Qm, row.R1024]),
      );
      for (const [index, row] of rows.entries()) {
        // The standard prints four decimals, some of them cut instead of rounded.
        assert(Math.abs(ours[index]!.spectralEfficiency - row.SE) < 1e-3);
      }
    }
  },
});

Deno.test("a file of any length fits a block of whole bytes that cuts into equal code blocks", () => {
  for (const codeRate of [0.2, 0.5, 0.9]) {
    for (let bits = 1; bits < 60000; bits = Math.ceil(bits * 1.07)) {
      const size = fittingBlockSize(bits, codeRate);
      assert(size >= bits && size < bits + 8 * 32, `${bits} -> ${size}`);
      const total = size + (size > 3824 ? 24 : 16);
      assert(segmentation(total, selectBaseGraph(size, codeRate)).exact);
      assertEquals(size % 8, 0);
    }
  }
});
