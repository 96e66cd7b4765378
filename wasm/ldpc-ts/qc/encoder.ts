/**
 * Systematic encoding of a quasi-cyclic code with a staircase of core parity columns: TS 38.212,
 * clause 5.3.2, and IEEE 802.11-2012, clause 20.3.11.7.
 *
 * In both families the first core column kb has three entries of which two cancel in the sum of
 * all core rows, so that sum gives column kb rotated by the shift that is left ("net shift"). Each
 * further parity column is then the only unknown of some row. Nothing here depends on which of the
 * published shift patterns a lifting size has.
 *
 * @module
 */
import { BoundedCache } from "../bounded_cache.ts";
import { addRotated, type QuasiCyclicCode } from "./quasi_cyclic.ts";

/** One parity column as the sum of rotated columns that are known before it. */
export interface EncodingStep {
  readonly column: number;
  readonly terms: readonly { readonly column: number; readonly shift: number }[];
}

const plans = new BoundedCache<QuasiCyclicCode, readonly EncodingStep[]>(16);

/** The parity columns of a code in an order in which each follows from earlier ones. */
export function encodingSteps(code: QuasiCyclicCode): readonly EncodingStep[] {
  return plans.get(code, () => [firstCoreColumn(code), ...remainingColumns(code)]);
}

/**
 * The whole codeword of a message.
 *
 * @param message u8[kb * Z], one bit a byte.
 * @returns u8[columns * Z], the message first.
 */
export function encodeQuasiCyclic(code: QuasiCyclicCode, message: Uint8Array): Uint8Array {
  const { liftingSize } = code;
  const word = new Uint8Array(code.columns * liftingSize);
  word.set(message);
  const sum = new Uint8Array(liftingSize);
  for (const step of encodingSteps(code)) {
    sum.fill(0);
    for (const { column, shift } of step.terms) {
      addRotated(sum, word, column * liftingSize, shift);
    }
    word.set(sum, step.column * liftingSize);
  }
  return word;
}

function firstCoreColumn(code: QuasiCyclicCode): EncodingStep {
  const first = code.systematicColumns;
  const terms: { column: number; shift: number }[] = [];
  const left = new Set<number>(); // shifts of column kb that occur an odd number of times
  for (let entry = 0; entry < (code.rowStart[code.coreRows] as number); entry++) {
    const column = code.column[entry] as number;
    const shift = code.shift[entry] as number;
    if (column < first) terms.push({ column, shift });
    if (column === first && !left.delete(shift)) left.add(shift);
  }
  const [net, ...more] = left;
  if (net === undefined || more.length > 0) {
    throw new Error(`column ${first} leaves ${left.size} shifts in the sum of the core rows`);
  }
  const size = code.liftingSize;
  return {
    column: first,
    terms: terms.map(({ column, shift }) => ({ column, shift: (shift - net + size) % size })),
  };
}

function remainingColumns(code: QuasiCyclicCode): EncodingStep[] {
  const known = new Set(Array.from({ length: code.systematicColumns + 1 }, (_, column) => column));
  const steps: EncodingStep[] = [];
  const open = new Set(Array.from({ length: code.rows }, (_, row) => row));
  for (let progress = true; progress;) {
    progress = false;
    for (const row of open) {
      const step = onlyUnknown(code, row, known);
      if (step === "none") open.delete(row);
      if (typeof step === "string") continue;
      open.delete(row);
      known.add(step.column);
      steps.push(step);
      progress = true;
    }
  }
  if (known.size !== code.columns) {
    throw new Error("the parity columns cannot be solved one by one");
  }
  return steps;
}

/** The step that a row allows when one of its columns is unknown, else how many are. */
function onlyUnknown(
  code: QuasiCyclicCode,
  row: number,
  known: ReadonlySet<number>,
): EncodingStep | "none" | "several" {
  const size = code.liftingSize;
  const entries = Array.from(
    { length: (code.rowStart[row + 1] as number) - (code.rowStart[row] as number) },
    (_, i) => (code.rowStart[row] as number) + i,
  );
  const unknown = entries.filter((entry) => !known.has(code.column[entry] as number));
  if (unknown.length !== 1) return unknown.length === 0 ? "none" : "several";
  const solved = unknown[0] as number;
  const back = code.shift[solved] as number;
  return {
    column: code.column[solved] as number,
    terms: entries.filter((entry) => entry !== solved).map((entry) => ({
      column: code.column[entry] as number,
      shift: ((code.shift[entry] as number) - back + size) % size,
    })),
  };
}
