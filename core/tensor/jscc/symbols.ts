/**
 * From latents to channel symbols and back.
 *
 * A latent's values in the order channel, row, column are z_0 ... z_{2K-1}; symbol j is
 * z_j + i z_{K+j}. When fewer than K symbols may be sent, the last ones are not, and the receiver puts
 * zeros in their place: of the last channel of each half, the bottom rows, where padding is.
 *
 * @module
 */

/** Of a latent that says anything. */
const LEAST_ENERGY = 1e-12;

/** Shape of a latent: rows, columns, channels. */
export interface LatentShape {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

/** Complex symbols K of a whole latent. */
export function symbolsOf({ rows, columns, channels }: LatentShape): number {
  return rows * columns * channels / 2;
}

/**
 * The first `count` symbols of a latent, of unit mean power.
 *
 * @param z f32[rows, columns, channels].
 * @returns Symbols f32[count, 2] and the factor a that they are z times.
 */
export function toSymbols(
  z: Float32Array,
  shape: LatentShape,
  count: number,
): { readonly symbols: Float32Array; readonly factor: number } {
  const symbols = new Float32Array(2 * count), half = symbolsOf(shape);
  let energy = 0;
  for (let j = 0; j < count; j++) {
    const re = z[placeOf(j, shape)] as number, im = z[placeOf(half + j, shape)] as number;
    symbols[2 * j] = re;
    symbols[2 * j + 1] = im;
    energy += re * re + im * im;
  }
  if (energy < LEAST_ENERGY) { // nothing to say: a carrier, with the factor of the least latent
    for (let j = 0; j < count; j++) symbols.set([1, 0], 2 * j);
    return { symbols, factor: Math.sqrt(count / LEAST_ENERGY) };
  }
  const factor = Math.sqrt(count / energy);
  for (let i = 0; i < symbols.length; i++) symbols[i] = factor * (symbols[i] as number);
  return { symbols, factor };
}

/**
 * A latent from values for each of its first symbols, others as given.
 *
 * @param values f32[count, 2], or one for each symbol f32[count, 1], which both its parts get.
 * @param rest What stands where no symbol was sent.
 * @returns f32[rows, columns, channels].
 */
export function fromSymbols(
  values: Float32Array,
  shape: LatentShape,
  perSymbol: 1 | 2,
  rest: number,
): Float32Array {
  const half = symbolsOf(shape), count = values.length / perSymbol;
  const z = new Float32Array(2 * half).fill(rest);
  for (let j = 0; j < count; j++) {
    z[placeOf(j, shape)] = values[perSymbol * j] as number;
    z[placeOf(half + j, shape)] = values[perSymbol * j + perSymbol - 1] as number;
  }
  return z;
}

/** Where value i in the order channel, row, column stands in the order row, column, channel. */
function placeOf(i: number, { rows, columns, channels }: LatentShape): number {
  const pixels = rows * columns, channel = Math.floor(i / pixels);
  return (i - channel * pixels) * channels + channel;
}
