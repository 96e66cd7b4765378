/**
 * Quasi-cyclic parity-check matrices: a small base matrix whose entries are circulants of size Z.
 *
 *     entry (row r, column c, shift s):  check r Z + i  contains  bit c Z + (i + s) mod Z
 *
 *     columns:  0 .. kb-1     kb .. kb+core-1    kb+core ..
 *               systematic    core parity        extension parity, one bit a check, degree one
 *     rows:                   core rows          extension rows, the last entry is their own column
 *
 * @module
 */

/** A lifted code. Entries are sorted by row, then column. */
export interface QuasiCyclicCode {
  /** Z, the size of the circulants. */
  readonly liftingSize: number;
  /** Rows of the base matrix. */
  readonly rows: number;
  /** Columns of the base matrix. */
  readonly columns: number;
  /** kb: the message fills columns 0 to kb - 1. */
  readonly systematicColumns: number;
  /**
   * Rows whose parity columns are coupled. Every later row ends in a column of degree one with
   * shift 0. TS 38.212: 4; 802.11n: all rows.
   */
  readonly coreRows: number;
  /** i32[rows + 1]: where the entries of a row start. */
  readonly rowStart: Int32Array;
  /** i32[entries] */
  readonly column: Int32Array;
  /** i32[entries], each in [0, Z). */
  readonly shift: Int32Array;
}

/** One entry of a base matrix. */
export interface BaseEntry {
  readonly row: number;
  readonly column: number;
  readonly shift: number;
}

/** Builds a code from entries in row-major order; shifts are taken modulo the lifting size. */
export function quasiCyclicCode(
  shape: Pick<
    QuasiCyclicCode,
    "liftingSize" | "rows" | "columns" | "systematicColumns" | "coreRows"
  >,
  entries: readonly BaseEntry[],
): QuasiCyclicCode {
  const rowStart = new Int32Array(shape.rows + 1);
  for (const { row } of entries) rowStart[row + 1] = (rowStart[row + 1] as number) + 1;
  for (let row = 0; row < shape.rows; row++) {
    rowStart[row + 1] = (rowStart[row + 1] as number) + (rowStart[row] as number);
  }
  return {
    ...shape,
    rowStart,
    column: Int32Array.from(entries, (entry) => entry.column),
    shift: Int32Array.from(entries, (entry) => entry.shift % shape.liftingSize),
  };
}

/**
 * The code without its last extension rows and their columns: what a decoder needs when nothing of
 * those columns was received.
 *
 * @param rows From `coreRows` to `code.rows`.
 */
export function firstRows(code: QuasiCyclicCode, rows: number): QuasiCyclicCode {
  if (rows >= code.rows) return code;
  let shortened = shortenedCodes.get(code);
  if (!shortened) shortenedCodes.set(code, shortened = new Map());
  let part = shortened.get(rows);
  if (!part) shortened.set(rows, part = cut(code, rows));
  return part;
}

/** One object per code and number of rows, so that what is derived from it can be kept with it. */
const shortenedCodes = new WeakMap<QuasiCyclicCode, Map<number, QuasiCyclicCode>>();

function cut(code: QuasiCyclicCode, rows: number): QuasiCyclicCode {
  const entries = code.rowStart[rows] as number;
  return {
    ...code,
    rows,
    columns: code.columns - (code.rows - rows),
    rowStart: code.rowStart.subarray(0, rows + 1),
    column: code.column.subarray(0, entries),
    shift: code.shift.subarray(0, entries),
  };
}

/**
 * Whether the checks of the first `rows` rows hold for a codeword (one bit a byte).
 *
 * With `rows` = `coreRows` this is the decoders' stop rule: an extension check can always be met by
 * its own parity bit, and that bit may stay wrong for ever when its channel value exceeds the clip
 * of the messages, so extension checks would hide that the message is right.
 */
export function checksHold(
  code: QuasiCyclicCode,
  word: Uint8Array,
  rows: number = code.rows,
): boolean {
  const { liftingSize, rowStart, column, shift } = code;
  const sum = new Uint8Array(liftingSize);
  for (let row = 0; row < rows; row++) {
    sum.fill(0);
    for (let entry = rowStart[row] as number; entry < (rowStart[row + 1] as number); entry++) {
      addRotated(sum, word, (column[entry] as number) * liftingSize, shift[entry] as number);
    }
    if (sum.includes(1)) return false;
  }
  return true;
}

/** sum[i] ^= word[start + (i + shift) mod Z] for the Z bits of `sum`. */
export function addRotated(
  sum: Uint8Array,
  word: Uint8Array,
  start: number,
  shift: number,
): void {
  const size = sum.length;
  const wrap = size - shift;
  for (let i = 0; i < wrap; i++) sum[i] = (sum[i] as number) ^ (word[start + shift + i] as number);
  for (let i = wrap; i < size; i++) {
    sum[i] = (sum[i] as number) ^ (word[start + i - wrap] as number);
  }
}

/**
 * Visits the entries of a row in runs of neighbouring lanes that lie side by side in the word: a
 * rotated column is two runs, or one when its shift is 0.
 *
 * @param visit Gets the entry, its index in the row, the first lane, its position in the word, and
 *   the number of lanes.
 */
export function forEachRun(
  code: QuasiCyclicCode,
  row: number,
  visit: (entry: number, index: number, lane: number, position: number, count: number) => void,
): void {
  const size = code.liftingSize;
  const first = code.rowStart[row] as number, end = code.rowStart[row + 1] as number;
  for (let entry = first; entry < end; entry++) {
    const start = (code.column[entry] as number) * size;
    const shift = code.shift[entry] as number;
    visit(entry, entry - first, 0, start + shift, size - shift);
    if (shift > 0) visit(entry, entry - first, size - shift, start, shift);
  }
}
