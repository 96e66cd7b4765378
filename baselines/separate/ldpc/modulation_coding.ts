/**
 * Modulation and coding schemes that a link may choose from: those of TS 38.214 for NR codes, all
 * eight modulation and rate pairs of 802.11n (20 MHz, one stream) for its codes.
 *
 * @module
 */
import { type BitsPerSymbol, type McsTable, mcsTable, type WifiRate } from "ldpc-ts";

/** Families of codes. */
export type CodeFamily = "nr" | "wifi";

/** One scheme. */
export interface Scheme {
  readonly family: CodeFamily;
  /** Index within its table. */
  readonly index: number;
  readonly bitsPerSymbol: BitsPerSymbol;
  /** 1024 R for NR; numerator over denominator for 802.11n: the name of the rate in the tables. */
  readonly rateName: string;
  readonly codeRate: number;
}

/** All schemes of a family; `table` is one of 38.214 (802.11n has one only). */
export function schemes(family: CodeFamily, table: McsTable): readonly Scheme[] {
  return family === "wifi" ? WIFI_SCHEMES : mcsTable(table).map((row) => ({
    family,
    index: row.index,
    bitsPerSymbol: row.bitsPerSymbol,
    rateName: String(1024 * row.codeRate),
    codeRate: row.codeRate,
  }));
}

/** Information bits per channel use. */
export function spectralEfficiency({ bitsPerSymbol, codeRate }: Scheme): number {
  return bitsPerSymbol * codeRate;
}

/** Name of a scheme in the table of block error rates: "nr 4 490". */
export function schemeName({ family, bitsPerSymbol, rateName }: Scheme): string {
  return `${family} ${bitsPerSymbol} ${rateName}`;
}

/** IEEE 802.11-2012, table 20-30: MCS 0 to 7. */
const WIFI_SCHEMES: readonly Scheme[] = ([
  [1, "1/2"],
  [2, "1/2"],
  [2, "3/4"],
  [4, "1/2"],
  [4, "3/4"],
  [6, "2/3"],
  [6, "3/4"],
  [6, "5/6"],
] as const).map(([bitsPerSymbol, rateName]: readonly [BitsPerSymbol, WifiRate], index) => {
  const [numerator = 1, denominator = 1] = rateName.split("/").map(Number);
  return { family: "wifi", index, bitsPerSymbol, rateName, codeRate: numerator / denominator };
});
