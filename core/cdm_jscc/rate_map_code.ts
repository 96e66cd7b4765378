/**
 * The code of a rate map: an index for every position, row by row, each with frequencies chosen by
 * its neighbours to the left and above, which the receiver has too.
 *
 *     above left | above
 *     -----------+------      expected = left + above - above left, within the two; how sure: by
 *           left |   ?        how much they differ
 *
 * The expectation is that of lossless picture coding (MED): Weinberger, Seroussi, Sapiro, LOCO-I,
 * IEEE Trans. Image Processing 9(8), 2000.
 *
 * @module
 */
import type { BitWriter } from "../bits.ts";
import { ArithmeticDecoder, ArithmeticEncoder, Frequencies } from "./arithmetic_code.ts";

/** Sides of a map and the number of rates. */
export interface RateMapShape {
  readonly height: number;
  readonly width: number;
  readonly rates: number;
}

/** Differences of neighbours from which on the expectation is less sure. */
const DOUBTS = [1, 4];
/** Weight of the expected index before anything was seen, and of every one. */
const PEAK = 48, FLOOR = 1;
const INCREMENT = 20;

/** Appends the code of a map to bits. */
export function writeRateMap(indices: Uint8Array, shape: RateMapShape, bits: BitWriter): void {
  const encoder = new ArithmeticEncoder(bits), contexts = new Contexts(shape);
  for (const [position, index] of indices.entries()) {
    encoder.encode(index, contexts.at(indices, position));
  }
  encoder.finish();
}

/** Reads a map whose code begins at a bit. Any bits give some map. */
export function readRateMap(bytes: Uint8Array, first: number, shape: RateMapShape): Uint8Array {
  const indices = new Uint8Array(shape.height * shape.width);
  const decoder = new ArithmeticDecoder(bytes, first), contexts = new Contexts(shape);
  for (const position of indices.keys()) {
    indices[position] = decoder.decode(contexts.at(indices, position));
  }
  return indices;
}

/** Frequencies by expected index and doubt, made when first met. */
class Contexts {
  readonly #frequencies = new Map<number, Frequencies>();

  constructor(private readonly shape: RateMapShape) {}

  at(indices: Uint8Array, position: number): Frequencies {
    const { width, rates } = this.shape, column = position % width;
    const above = indices[position - width], left = column > 0 ? indices[position - 1] : above;
    const diagonal = column > 0 ? indices[position - width - 1] : above;
    const a = left ?? rates >> 2, b = above ?? a;
    const expected = median(a, b, a + b - (diagonal ?? b));
    const doubt = DOUBTS.filter((limit) => Math.abs(a - b) >= limit).length;
    const key = expected * (DOUBTS.length + 1) + doubt;
    let frequencies = this.#frequencies.get(key);
    if (!frequencies) {
      frequencies = new Frequencies(initial(expected, doubt, rates), INCREMENT);
      this.#frequencies.set(key, frequencies);
    }
    return frequencies;
  }
}

/** Weights that fall off around the expected index, the slower the greater the doubt. */
function initial(expected: number, doubt: number, rates: number): number[] {
  return Array.from({ length: rates }, (_, index) => {
    const distance = Math.abs(index - expected);
    return FLOOR + (PEAK >>> Math.floor(2 * distance / (2 + doubt)));
  });
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
