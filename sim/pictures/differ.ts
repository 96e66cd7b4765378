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

/** Weights of ITU-R BT.601. */
const LUMA = { red: 0.299, green: 0.587, blue: 0.114 };

/**
 * Adds up, over sets of reconstructions of one picture, how far their detail lies apart.
 *
 * Detail is luma less its mean in a cell: else flat parts that one codec has too dark would win over
 * texture that one codec keeps and another smooths away. Cells count by root mean square, so that
 * one codec that is far off does not decide alone.
 */
export class DifferenceMap {
  readonly #columns: number;
  readonly #cells: Float64Array;

  constructor(private readonly size: ImageSize) {
    this.#columns = Math.ceil(size.width / CELL);
    this.#cells = new Float64Array(this.#columns * Math.ceil(size.height / CELL));
  }

  /** Adds one set. */
  add(images: readonly RgbImage[]): void {
    const { width, height } = this.size;
    const sums = new Float64Array(CELL * CELL), squares = new Float64Array(CELL * CELL);
    for (let cell = 0; cell < this.#cells.length; cell++) {
      const left = CELL * (cell % this.#columns), top = CELL * Math.floor(cell / this.#columns);
      const area = {
        left,
        top,
        width: Math.min(CELL, width - left),
        height: Math.min(CELL, height - top),
      };
      sums.fill(0);
      squares.fill(0);
      for (const image of images) addDetail(image, area, sums, squares);
      let scatter = 0;
      for (let pixel = 0; pixel < CELL * CELL; pixel++) {
        scatter += (squares[pixel] as number) - (sums[pixel] as number) ** 2 / images.length;
      }
      const count = images.length * area.width * area.height;
      this.#cells[cell] = (this.#cells[cell] as number) + Math.sqrt(Math.max(0, scatter) / count);
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

/** Adds the detail of one picture in one cell, and its squares. */
function addDetail(
  { width, data }: RgbImage,
  area: Area,
  sums: Float64Array,
  squares: Float64Array,
): void {
  const luma = new Float64Array(CELL * CELL);
  let total = 0;
  for (let row = 0; row < area.height; row++) {
    for (let column = 0; column < area.width; column++) {
      const at = 3 * ((area.top + row) * width + area.left + column);
      const value = LUMA.red * (data[at] as number) + LUMA.green * (data[at + 1] as number) +
        LUMA.blue * (data[at + 2] as number);
      luma[row * CELL + column] = value;
      total += value;
    }
  }
  const mean = total / (area.width * area.height);
  for (let row = 0; row < area.height; row++) {
    for (let column = 0; column < area.width; column++) {
      const pixel = row * CELL + column;
      const detail = (luma[pixel] as number) - mean;
      sums[pixel] = (sums[pixel] as number) + detail;
      squares[pixel] = (squares[pixel] as number) + detail * detail;
    }
  }
}
