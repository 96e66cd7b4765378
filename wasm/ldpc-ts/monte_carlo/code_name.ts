/**
 * Codes by name, as the command line and workers know them:
 *
 *     nr:8448,16896      k message bits in n sent bits, bit interleaver of the modulation
 *     nr:8448,16896,2    the same with redundancy version 2
 *     base:2,384         base graph and lifting size, everything but the first 2 Z bits sent
 *     wifi:1944,5/6      802.11n: codeword length and rate
 *
 * @module
 */
import type { BitsPerSymbol } from "../modulation/constellation.ts";
import { nrBaseCode, nrCode } from "../nr/code.ts";
import type { BaseGraph } from "../nr/lifting.ts";
import type { RedundancyVersion } from "../nr/rate_matching.ts";
import type { LdpcCode } from "../qc/block_code.ts";
import type { WifiLength, WifiRate } from "../wifi/base_matrices.ts";
import { wifiCode } from "../wifi/code.ts";

/** `nr:K,N[,RV]`, `base:GRAPH,Z` or `wifi:N,RATE`. */
export type CodeName = string;

/**
 * The code of a name.
 *
 * @throws {RangeError} When the name is no code.
 */
export function namedCode(name: CodeName, bitsPerSymbol: BitsPerSymbol): LdpcCode {
  const [family, text = ""] = name.split(":");
  const parts = text.split(",");
  return family === "nr"
    ? namedNrCode(name, parts.map(Number), bitsPerSymbol)
    : family === "base" && parts.length === 2
    ? nrBaseCode({ baseGraph: Number(parts[0]) as BaseGraph, liftingSize: Number(parts[1]) })
    : family === "wifi" && parts.length === 2
    ? wifiCode({ n: Number(parts[0]) as WifiLength, rate: parts[1] as WifiRate })
    : unknown(name);
}

function namedNrCode(
  name: string,
  numbers: readonly number[],
  bitsPerSymbol: BitsPerSymbol,
): ReturnType<typeof nrCode> {
  const [k, n, rv = 0] = numbers;
  if (k === undefined || n === undefined || numbers.length > 3) return unknown(name);
  return nrCode({ k, n, rv: rv as RedundancyVersion, bitsPerSymbol });
}

function unknown(name: string): never {
  throw new RangeError(`code: nr:K,N[,RV], base:GRAPH,Z or wifi:N,RATE; got "${name}"`);
}
