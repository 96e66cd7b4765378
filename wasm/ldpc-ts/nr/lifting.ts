/**
 * Base graphs and lifting sizes: TS 38.212, clause 5.3.2.
 *
 * @module
 */
import { type BaseEntry, type QuasiCyclicCode, quasiCyclicCode } from "../qc/quasi_cyclic.ts";
import { requireOneOf } from "../validate.ts";
import { BASE_GRAPH_1 } from "./base_graph_1.ts";
import { BASE_GRAPH_2 } from "./base_graph_2.ts";

/** Number of an NR base graph. */
export type BaseGraph = 1 | 2;

interface GraphShape {
  readonly rows: number;
  readonly columns: number;
  readonly systematicColumns: number;
  /** Kcb: the most bits of a code block, clause 5.2.2. */
  readonly maxBlockBits: number;
  readonly entries: readonly number[];
}

/** Sizes of the two base graphs. */
export const GRAPHS: Readonly<Record<BaseGraph, GraphShape>> = {
  1: { rows: 46, columns: 68, systematicColumns: 22, maxBlockBits: 8448, entries: BASE_GRAPH_1 },
  2: { rows: 42, columns: 52, systematicColumns: 10, maxBlockBits: 3840, entries: BASE_GRAPH_2 },
};

/** The factors a of Table 5.3.2-1: set i holds the sizes a_i * 2^j up to 384. */
const SET_FACTORS = [2, 3, 5, 7, 9, 11, 13, 15] as const;

/** Systematic columns that are never sent; their bits are 2 Z punctured ones. */
export const PUNCTURED_COLUMNS = 2;

/** The 51 lifting sizes in ascending order. */
export const LIFTING_SIZES: readonly number[] = SET_FACTORS
  .flatMap((factor) => [0, 1, 2, 3, 4, 5, 6, 7].map((power) => factor << power))
  .filter((size) => size <= 384)
  .sort((a, b) => a - b);

/** Index (0 to 7) of the set that a lifting size belongs to. */
export function liftingSet(liftingSize: number): number {
  requireOneOf("liftingSize", liftingSize, LIFTING_SIZES);
  return SET_FACTORS.findIndex((factor) => {
    const ratio = liftingSize / factor;
    return Number.isInteger(ratio) && (ratio & (ratio - 1)) === 0;
  });
}

const codes = new Map<string, QuasiCyclicCode>();

/**
 * The parity-check matrix of a base graph for a lifting size; one object per pair.
 *
 * @throws {RangeError} When the graph or the size is not one of the standard.
 */
export function liftedGraph(baseGraph: BaseGraph, liftingSize: number): QuasiCyclicCode {
  requireOneOf("baseGraph", baseGraph, [1, 2]);
  const set = liftingSet(liftingSize);
  const key = `${baseGraph}/${liftingSize}`;
  let code = codes.get(key);
  if (!code) {
    const { rows, columns, systematicColumns, entries } = GRAPHS[baseGraph];
    const shape = { liftingSize, rows, columns, systematicColumns, coreRows: 4 };
    code = quasiCyclicCode(shape, entriesOfSet(entries, set));
    codes.set(key, code);
  }
  return code;
}

function entriesOfSet(table: readonly number[], set: number): BaseEntry[] {
  const width = 10;
  return Array.from({ length: table.length / width }, (_, i) => ({
    row: table[i * width] as number,
    column: table[i * width + 1] as number,
    shift: table[i * width + 2 + set] as number,
  }));
}
