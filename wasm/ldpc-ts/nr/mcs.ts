/**
 * Modulation and coding schemes of the shared data channel: TS 38.214, Tables 5.1.3.1-1 to -4.
 *
 * @module
 */
import { requireInteger, requireOneOf } from "../validate.ts";
import type { BitsPerSymbol } from "../modulation/constellation.ts";

/** 1: up to 64-QAM; 2: up to 256-QAM; 3: low spectral efficiency; 4: up to 1024-QAM. */
export type McsTable = 1 | 2 | 3 | 4;

/** One row of a table. */
export interface Mcs {
  /** I_MCS */
  readonly index: number;
  /** Qm */
  readonly bitsPerSymbol: BitsPerSymbol;
  /** R, the target code rate; the tables print 1024 R. */
  readonly codeRate: number;
  /** bitsPerSymbol * codeRate, information bits per complex symbol. */
  readonly spectralEfficiency: number;
}

/** Per table and modulation order, 1024 R of the rows in order; reserved rows are left out. */
const RATES: Readonly<Record<McsTable, readonly (readonly [BitsPerSymbol, readonly number[]])[]>> =
  {
    1: [
      [2, [120, 157, 193, 251, 308, 379, 449, 526, 602, 679]],
      [4, [340, 378, 434, 490, 553, 616, 658]],
      [6, [438, 466, 517, 567, 616, 666, 719, 772, 822, 873, 910, 948]],
    ],
    2: [
      [2, [120, 193, 308, 449, 602]],
      [4, [378, 434, 490, 553, 616, 658]],
      [6, [466, 517, 567, 616, 666, 719, 772, 822, 873]],
      [8, [682.5, 711, 754, 797, 841, 885, 916.5, 948]],
    ],
    3: [
      [2, [30, 40, 50, 64, 78, 99, 120, 157, 193, 251, 308, 379, 449, 526, 602]],
      [4, [340, 378, 434, 490, 553, 616]],
      [6, [438, 466, 517, 567, 616, 666, 719, 772]],
    ],
    4: [
      [2, [120, 193, 449]],
      [4, [378, 490, 616]],
      [6, [466, 517, 567, 616, 666, 719, 772, 822, 873]],
      [8, [682.5, 711, 754, 797, 841, 885, 916.5, 948]],
      [10, [805.5, 853, 900.5, 948]],
    ],
  };

/** All rows of a table that are not reserved. */
export function mcsTable(table: McsTable): readonly Mcs[] {
  requireOneOf("MCS table", table, [1, 2, 3, 4]);
  return RATES[table]
    .flatMap(([bitsPerSymbol, rates]) => rates.map((rate) => ({ bitsPerSymbol, rate })))
    .map(({ bitsPerSymbol, rate }, index) => ({
      index,
      bitsPerSymbol,
      codeRate: rate / 1024,
      spectralEfficiency: bitsPerSymbol * rate / 1024,
    }));
}

/** One row of a table. */
export function mcs(table: McsTable, index: number): Mcs {
  const rows = mcsTable(table);
  requireInteger("MCS index", index, 0, rows.length - 1);
  return rows[index] as Mcs;
}
