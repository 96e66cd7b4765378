/**
 * Where a scene is painted: linear light at four samples a pixel, developed to 8-bit RGB at the end.
 *
 * All arithmetic is + - * / and square root, which every engine rounds alike, so that a scene is
 * the same bytes on every machine.
 *
 * @module
 */
import type { ImageSize, RgbImage } from "../../../core/image.ts";
import { fillNormals, type RandomKey } from "../../../core/random.ts";
import type { Colour } from "./colour.ts";
import { clamp } from "./noise.ts";

/** Samples along a side of a pixel. */
const SAMPLES = 2;

/** Standard deviation of the film's grain, on the scale of 255. */
const GRAIN = 1.2;

/** A picture in the making. Coordinates are in pixels of the picture, (0, 0) its upper left corner. */
export class Canvas implements ImageSize {
  readonly columns: number;
  readonly rows: number;
  /** f64[rows, columns, 3]. */
  readonly light: Float64Array;

  constructor(readonly width: number, readonly height: number) {
    this.columns = SAMPLES * width;
    this.rows = SAMPLES * height;
    this.light = new Float64Array(3 * this.columns * this.rows);
  }

  /** Gives every sample the colour of its place. */
  paint(colourAt: (x: number, y: number) => Colour): void {
    this.visit([0, 0, this.width, this.height], (x, y, at) => {
      this.put(at, colourAt(x, y));
    });
  }

  /** Visits the samples within a box, cut to the picture; `at` is the index of the sample's red. */
  visit(
    [left, top, right, bottom]: readonly [number, number, number, number],
    sample: (x: number, y: number, at: number) => void,
  ): void {
    const firstColumn = Math.max(0, Math.floor(SAMPLES * left));
    const firstRow = Math.max(0, Math.floor(SAMPLES * top));
    const endColumn = Math.min(this.columns, Math.ceil(SAMPLES * right));
    const endRow = Math.min(this.rows, Math.ceil(SAMPLES * bottom));
    for (let row = firstRow; row < endRow; row++) {
      for (let column = firstColumn; column < endColumn; column++) {
        sample((column + 0.5) / SAMPLES, (row + 0.5) / SAMPLES, 3 * (row * this.columns + column));
      }
    }
  }

  /** Lays a colour over a sample; `cover` 1 hides what was there. */
  put(at: number, colour: Colour, cover = 1): void {
    for (let channel = 0; channel < 3; channel++) {
      const below = this.light[at + channel] as number;
      this.light[at + channel] = below + cover * ((colour[channel] as number) - below);
    }
  }
}

/** What a camera makes of the canvas: a soft lens, a film curve, a little grain. */
export function develop(canvas: Canvas, key: RandomKey): RgbImage {
  const { width, height, columns } = canvas;
  const narrow = throughLens(canvas);
  const grain = new Float32Array(width * height);
  fillNormals(key, grain);
  const data = new Uint8Array(3 * width * height);
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = 255 * film(downLens(narrow, columns / SAMPLES, canvas.rows, x, y, channel)) +
          GRAIN * (grain[pixel] as number);
        data[3 * pixel + channel] = Math.floor(clamp(value, 0, 255) + 0.5);
      }
    }
  }
  return { width, height, data };
}

/** Linear light to the display: a shoulder that leaves room for highlights, then gamma 2. */
function film(light: number): number {
  const WHITE = 1.6; // the light that becomes 255
  const exposed = clamp(light, 0, WHITE);
  return Math.sqrt(2 * exposed / (exposed + WHITE));
}

/** Halves the columns with the weights 1, 3, 3, 1. */
function throughLens({ columns, rows, light }: Canvas): Float64Array {
  const half = columns / SAMPLES;
  const out = new Float64Array(3 * half * rows);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let x = 0; x < half; x++) {
      const left = Math.max(2 * x - 1, 0), right = Math.min(2 * x + 2, columns - 1);
      const base = row * columns;
      for (let channel = 0; channel < 3; channel++, to++) {
        out[to] = lens(
          light[3 * (base + left) + channel] as number,
          light[3 * (base + 2 * x) + channel] as number,
          light[3 * (base + 2 * x + 1) + channel] as number,
          light[3 * (base + right) + channel] as number,
        );
      }
    }
  }
  return out;
}

/** The same down the rows, for one sample. */
function downLens(
  narrow: Float64Array,
  width: number,
  rows: number,
  x: number,
  y: number,
  channel: number,
): number {
  const value = (row: number): number =>
    narrow[3 * (clamp(row, 0, rows - 1) * width + x) + channel] as number;
  return lens(value(2 * y - 1), value(2 * y), value(2 * y + 1), value(2 * y + 2));
}

function lens(a: number, b: number, c: number, d: number): number {
  return (a + 3 * (b + c) + d) / 8;
}
