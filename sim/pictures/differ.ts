/**
 * Where in a picture reconstructions differ most.
 *
 * @module
 */
import type { ImageSize, RgbImage } from "../../core/image.ts";
import type { Area } from "./cut.ts";

/** The part that is searched for lies on a grid of so many pixels. */
const CELL = 8;

/** The side of a cut-out: a quarter of the shorter side of the picture, in whole cells. */
export function cutOutSide({ width, height }: ImageSize): number {
  const shorter = Math.min(width, height);
  const quarter = CELL * Math.round(shorter / 4 / CELL);
  return Math.min(shorter, Math.max(4 * CELL, quarter));
}

/** Adds up, over sets of reconstructions of one picture, how far they lie apart. */
export class DifferenceMap {
  readonly #columns: number;
  readonly #cells: Float64Array;

  constructor(private readonly size: ImageSize) {
    this.#columns = Math.ceil(size.width / CELL);
    this.#cells = new Float64Array(this.#columns * Math.ceil(size.height / CELL));
  }

  /** Adds the sum over samples of the squared distances from their mean over `images`. */
  add(images: readonly RgbImage[]): void {
    const { width, height } = this.size;
    for (let row = 0; row < height; row++) {
      const cells = Math.floor(row / CELL) * this.#columns;
      for (let column = 0; column < width; column++) {
        const pixel = 3 * (row * width + column);
        const cell = cells + Math.floor(column / CELL);
        this.#cells[cell] = (this.#cells[cell] as number) + scatter(images, pixel);
      }
    }
  }

  /** The square of `side` pixels that holds most; the first of several. */
  largest(side: number): Area {
    const { width, height } = this.size;
    const across = Math.max(1, Math.floor(side / CELL));
    let best = -1, left = 0, top = 0;
    for (let y = 0; y * CELL + side <= height; y++) {
      for (let x = 0; x * CELL + side <= width; x++) {
        const total = this.#total(x, y, across);
        if (total > best) [best, left, top] = [total, x * CELL, y * CELL];
      }
    }
    return { left, top, width: side, height: side };
  }

  #total(left: number, top: number, across: number): number {
    let total = 0;
    for (let y = top; y < top + across; y++) {
      for (let x = left; x < left + across; x++) total += this.#cells[y * this.#columns + x] ?? 0;
    }
    return total;
  }
}

/** n times the variance over pictures, summed over the three samples of a pixel. */
function scatter(images: readonly RgbImage[], pixel: number): number {
  let total = 0;
  for (let sample = pixel; sample < pixel + 3; sample++) {
    let sum = 0, squares = 0;
    for (const { data } of images) {
      const value = data[sample] as number;
      sum += value;
      squares += value * value;
    }
    total += squares - sum * sum / images.length;
  }
  return total;
}
