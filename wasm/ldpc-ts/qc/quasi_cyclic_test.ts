import { assert, assertEquals } from "@std/assert";
import { liftedGraph } from "../nr/lifting.ts";
import { LDPC_VECTORS, ldpcCases } from "../testing/vectors.ts";
import type { WifiLength, WifiRate } from "../wifi/base_matrices.ts";
import { wifiMatrix } from "../wifi/code.ts";
import { firstRows, type QuasiCyclicCode } from "./quasi_cyclic.ts";

/** Ones of the parity-check matrix as (row, column) pairs, row-major ascending. */
function ones(code: QuasiCyclicCode): Uint32Array {
  const size = code.liftingSize;
  const pairs: number[] = [];
  for (let row = 0; row < code.rows; row++) {
    for (let lane = 0; lane < size; lane++) {
      const columns: number[] = [];
      for (let entry = code.rowStart[row]!; entry < code.rowStart[row + 1]!; entry++) {
        columns.push(code.column[entry]! * size + (lane + code.shift[entry]!) % size);
      }
      for (const column of columns.sort((a, b) => a - b)) pairs.push(row * size + lane, column);
    }
  }
  return Uint32Array.from(pairs);
}

async function sha256(data: Uint32Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", data as Uint32Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface DigestCase {
  bg?: 1 | 2;
  Z?: number;
  n?: WifiLength;
  rate?: WifiRate;
  ones: number;
  sha256: string;
}

Deno.test({
  name: "all 102 NR and 12 802.11n parity-check matrices have the reference digest",
  ignore: LDPC_VECTORS === undefined,
  async fn() {
    const cases = ldpcCases<DigestCase>("H_digests.json");
    assertEquals(cases.length, 114);
    for (const wanted of cases) {
      const code = wanted.bg
        ? liftedGraph(wanted.bg, wanted.Z!)
        : wifiMatrix(wanted.n!, wanted.rate!);
      const pairs = ones(code);
      assertEquals(pairs.length / 2, wanted.ones);
      assertEquals(await sha256(pairs), wanted.sha256, JSON.stringify(wanted));
    }
  },
});

Deno.test("a code cut to fewer rows loses exactly the columns of those rows", () => {
  const whole = liftedGraph(1, 4);
  const part = firstRows(whole, 24);
  assertEquals([part.rows, part.columns], [24, 46]);
  assertEquals(part.rowStart[24], part.column.length);
  assert(part.column.every((column) => column < 46));
  assert(firstRows(whole, 24) === part, "one object per number of rows");
  assert(firstRows(whole, 46) === whole);
});

Deno.test("every extension row ends in its own column of degree one with shift 0", () => {
  for (const graph of [1, 2] as const) {
    const code = liftedGraph(graph, 384);
    const degree = new Map<number, number>();
    for (const column of code.column) degree.set(column, (degree.get(column) ?? 0) + 1);
    for (let row = code.coreRows; row < code.rows; row++) {
      const last = code.rowStart[row + 1]! - 1;
      assertEquals(code.column[last], code.systematicColumns + row);
      assertEquals([code.shift[last], degree.get(code.column[last]!)], [0, 1]);
    }
  }
});
