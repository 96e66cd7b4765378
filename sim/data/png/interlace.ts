/**
 * The order in which pixels come: row by row, or in the seven passes of Adam7.
 *
 *     1 6 4 6 2 6 4 6       which pass carries a pixel of each 8 x 8 block
 *     7 7 7 7 7 7 7 7
 *     5 6 5 6 5 6 5 6
 *     7 7 7 7 7 7 7 7
 *     3 6 4 6 3 6 4 6
 *     7 7 7 7 7 7 7 7
 *     5 6 5 6 5 6 5 6
 *     7 7 7 7 7 7 7 7
 *
 * Source: W3C PNG (third edition), clause 8.
 *
 * @module
 */
import type { ImageSize } from "../../../core/image.ts";

/** A sub-picture: pixel (column, row) of the pass is at (x + dx * column, y + dy * row). */
export interface Pass extends ImageSize {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

const ADAM7 = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
] as const;

/** The passes of a picture that have pixels, in file order. */
export function passes({ width, height }: ImageSize, interlaced: boolean): Pass[] {
  const grids = interlaced ? ADAM7 : [{ x: 0, y: 0, dx: 1, dy: 1 }];
  return grids
    .map((grid) => ({
      ...grid,
      width: Math.ceil((width - grid.x) / grid.dx),
      height: Math.ceil((height - grid.y) / grid.dy),
    }))
    .filter((pass) => pass.width > 0 && pass.height > 0);
}
