/**
 * Chunks: rectangles of neighbouring DCT coefficients of a colour plane, which share a variance.
 *
 * @module
 */
import type { ImageSize } from "semcast";

/** A rectangle of coefficients. */
export interface Chunk {
  /** 0 luma, 1 and 2 chroma. */
  readonly plane: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The chunks of all planes, `grid` by `grid` each (fewer in small pictures), in a fixed order. */
export function chunksOf({ width, height }: ImageSize, grid: number): Chunk[] {
  const columns = edges(width, grid), rows = edges(height, grid);
  const chunks: Chunk[] = [];
  for (let plane = 0; plane < 3; plane++) {
    for (const [top, bottom] of rows) {
      for (const [left, right] of columns) {
        chunks.push({ plane, left, top, width: right - left, height: bottom - top });
      }
    }
  }
  return chunks;
}

/** Splits a side into parts of nearly one length. */
function edges(side: number, grid: number): [from: number, to: number][] {
  const parts = Math.min(side, grid);
  return Array.from({ length: parts }, (_, part) => [
    Math.floor(part * side / parts),
    Math.floor((part + 1) * side / parts),
  ]);
}

/** Number of its coefficients. */
export function areaOf({ width, height }: Chunk): number {
  return width * height;
}

/** Calls back with the index in its plane of every coefficient, by row. */
export function forEachCoefficient(
  chunk: Chunk,
  planeWidth: number,
  callback: (at: number) => void,
): void {
  for (let y = chunk.top; y < chunk.top + chunk.height; y++) {
    for (let x = chunk.left; x < chunk.left + chunk.width; x++) callback(y * planeWidth + x);
  }
}
