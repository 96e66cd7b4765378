/**
 * The row filters: each byte is sent as its difference from a prediction by its neighbours.
 *
 *     c b      a: left, b: above, c: above left; `distance` bytes make a pixel,
 *     a x      and what lies outside the picture is 0
 *
 * Source: W3C PNG (third edition), clause 9.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";

/**
 * Undoes the filter of one row in place.
 *
 * @param rows Filtered and unfiltered rows together.
 * @param start First byte of the row, after its filter byte.
 * @param length Bytes in the row.
 * @param above First byte of the unfiltered row above, or -1.
 * @param distance Bytes from a pixel to the next, at least 1.
 * @throws {FormatError} On a filter that does not exist.
 */
export function unfilter(
  rows: Uint8Array,
  start: number,
  length: number,
  above: number,
  distance: number,
): void {
  const filter = rows[start - 1] as number;
  const end = start + length;
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let at = start + distance; at < end; at++) {
        rows[at] = (rows[at] as number) + (rows[at - distance] as number);
      }
      return;
    case 2:
      if (above < 0) return;
      for (let at = start, up = above; at < end; at++, up++) {
        rows[at] = (rows[at] as number) + (rows[up] as number);
      }
      return;
    case 3:
      for (let at = start; at < end; at++) {
        const a = at - start < distance ? 0 : rows[at - distance] as number;
        const b = above < 0 ? 0 : rows[above + at - start] as number;
        rows[at] = (rows[at] as number) + ((a + b) >> 1);
      }
      return;
    case 4:
      unfilterPaeth(rows, start, end, above, distance);
      return;
    default:
      throw new FormatError(`damaged: row filters are 0 to 4; got ${filter}`);
  }
}

function unfilterPaeth(
  rows: Uint8Array,
  start: number,
  end: number,
  above: number,
  distance: number,
): void {
  for (let at = start; at < end; at++) {
    const inside = at - start >= distance;
    const a = inside ? rows[at - distance] as number : 0;
    const b = above < 0 ? 0 : rows[above + at - start] as number;
    const c = inside && above >= 0 ? rows[above + at - start - distance] as number : 0;
    rows[at] = (rows[at] as number) + paeth(a, b, c);
  }
}

/** Of left, above and above left the one nearest to a + b - c; ties go in this order. */
function paeth(a: number, b: number, c: number): number {
  const toA = Math.abs(b - c), toB = Math.abs(a - c), toC = Math.abs(a + b - c - c);
  return toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
}

/**
 * Filters one row with the filter whose bytes, read as signed, have the least sum of magnitudes:
 * the heuristic the standard proposes (clause 12.7).
 *
 * @param row The row's bytes.
 * @param above The row above; zeros for the first row.
 * @param out u8[1 + row.length]: filter byte, then the filtered row.
 */
export function filterRow(
  row: Uint8Array,
  above: Uint8Array,
  distance: number,
  out: Uint8Array,
): void {
  let best = 0, least = Infinity;
  for (let filter = 0; filter <= 4; filter++) {
    const cost = applyFilter(filter, row, above, distance, out);
    if (cost < least) [best, least] = [filter, cost];
  }
  if (best !== 4) applyFilter(best, row, above, distance, out);
}

function applyFilter(
  filter: number,
  row: Uint8Array,
  above: Uint8Array,
  distance: number,
  out: Uint8Array,
): number {
  let cost = 0;
  out[0] = filter;
  for (let at = 0; at < row.length; at++) {
    const a = at < distance ? 0 : row[at - distance] as number;
    const b = above[at] as number;
    const c = at < distance ? 0 : above[at - distance] as number;
    const difference = ((row[at] as number) - predict(filter, a, b, c)) & 255;
    out[at + 1] = difference;
    cost += difference < 128 ? difference : 256 - difference;
  }
  return cost;
}

function predict(filter: number, a: number, b: number, c: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return a;
    case 2:
      return b;
    case 3:
      return (a + b) >> 1;
    default:
      return paeth(a, b, c);
  }
}
