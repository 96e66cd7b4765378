/**
 * The twelve LDPC codes of IEEE 802.11n: IEEE 802.11-2012, clause 20.3.11.7.
 *
 * @module
 */
import { BlockCode, type LdpcCode } from "../qc/block_code.ts";
import { type BaseEntry, type QuasiCyclicCode, quasiCyclicCode } from "../qc/quasi_cyclic.ts";
import { requireOneOf } from "../validate.ts";
import { WIFI_BASE_MATRICES, type WifiLength, type WifiRate } from "./base_matrices.ts";

/** Names one of the twelve codes. */
export interface WifiCodeOptions {
  /** Codeword bits. */
  readonly n: WifiLength;
  /** As a fraction in text or as a number: "2/3" or 2 / 3. */
  readonly rate: WifiRate | number;
}

/** A code of 802.11n. */
export interface WifiCode extends LdpcCode {
  /** k / n. */
  readonly rate: WifiRate;
}

const COLUMNS = 24;
const RATES: readonly WifiRate[] = ["1/2", "2/3", "3/4", "5/6"];

class WifiBlockCode extends BlockCode implements WifiCode {
  constructor(mother: QuasiCyclicCode, readonly rate: WifiRate) {
    const length = mother.columns * mother.liftingSize;
    const all = Uint16Array.from({ length }, (_, index) => index);
    super(mother, mother.systematicColumns * mother.liftingSize, all);
  }
}

/** Numerator and denominator of a rate. */
export function rateFraction(rate: WifiRate): readonly [number, number] {
  requireOneOf("rate", rate, RATES);
  return [Number(rate[0]), Number(rate[2])];
}

/**
 * A code of 802.11n: k = rate * n message bits, the codeword is sent whole, message first.
 *
 * @throws {RangeError} When there is no such code.
 */
export function wifiCode(options: WifiCodeOptions): WifiCode {
  const rate = rateName(options.rate);
  return new WifiBlockCode(wifiMatrix(options.n, rate), rate);
}

const matrices = new Map<string, QuasiCyclicCode>();

/** The parity-check matrix of one of the twelve codes; one object per code. */
export function wifiMatrix(n: WifiLength, rate: WifiRate): QuasiCyclicCode {
  requireOneOf("n", n, [648, 1296, 1944]);
  requireOneOf("rate", rate, RATES);
  const key = `${n}/${rate}`;
  let matrix = matrices.get(key);
  if (!matrix) {
    const rows = WIFI_BASE_MATRICES[n][rate].trim().split("\n").map((line) =>
      line.trim().split(/\s+/)
    );
    const shape = {
      liftingSize: n / COLUMNS,
      rows: rows.length,
      columns: COLUMNS,
      systematicColumns: COLUMNS - rows.length,
      coreRows: rows.length,
    };
    matrix = quasiCyclicCode(shape, rows.flatMap(entriesOf));
    matrices.set(key, matrix);
  }
  return matrix;
}

function entriesOf(cells: readonly string[], row: number): BaseEntry[] {
  return cells
    .map((cell, column) => ({ row, column, cell }))
    .filter(({ cell }) => cell !== "-")
    .map(({ column, cell }) => ({ row, column, shift: Number(cell) }));
}

function rateName(rate: WifiRate | number): WifiRate {
  if (typeof rate !== "number") {
    requireOneOf("rate", rate, RATES);
    return rate;
  }
  const name = RATES.find((known) => Math.abs(Number(known[0]) / Number(known[2]) - rate) < 1e-6);
  if (!name) throw new RangeError(`rate: one of ${RATES.join(", ")}; got ${rate}`);
  return name;
}
