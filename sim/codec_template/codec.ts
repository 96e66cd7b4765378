/**
 * The means of square blocks, one sample as the phase of one symbol: nothing is coded, every symbol
 * has the power 1, and the receiver needs to know nothing but the size of the picture.
 *
 * @module
 */
import {
  channelUseBudget,
  type Codec,
  type ImageSize,
  NO_SIDE,
  perImage,
  type Reception,
  type Reconstruction,
  type RgbImage,
  type Session,
  sourceValues,
  type Transmission,
} from "semcast";

/** Options of the codec; plugin.ts describes them. */
export interface MyCodecOptions {
  readonly turn: number;
}

/** The codec for one session. */
export function openMyCodec({ cbr }: Session, { turn }: MyCodecOptions): Codec {
  return perImage({
    version: "1", // another one whenever results may change
    encodeImage: (image) => send(image, blockSide(cbr, image), turn),
    decodeImage: (received) => receive(received, blockSide(cbr, received), turn),
  });
}

/** Smallest side of blocks whose means fit the budget of channel uses; null: none does. */
function blockSide(cbr: number, size: ImageSize): number | null {
  const budget = channelUseBudget(cbr, size);
  for (let side = 1; side <= Math.max(size.width, size.height); side++) {
    if (3 * countBlocks(size, side) <= budget) return side;
  }
  return null;
}

function countBlocks({ width, height }: ImageSize, side: number): number {
  return Math.ceil(width / side) * Math.ceil(height / side);
}

/** Mean v of a block, 0 to 1, is the angle (v - 1/2) turn 2 pi. */
function send(image: RgbImage, side: number | null, turn: number): Transmission {
  if (side === null) return { symbols: new Float32Array(0), side: NO_SIDE }; // an outage
  const symbols = new Float32Array(2 * 3 * countBlocks(image, side));
  for (const [index, mean] of blockMeans(image, side).entries()) {
    const angle = (mean / 255 - 0.5) * turn * 2 * Math.PI;
    symbols[2 * index] = Math.cos(angle);
    symbols[2 * index + 1] = Math.sin(angle);
  }
  return { symbols, side: NO_SIDE };
}

/** Means of all blocks by row, column, channel; 0 to 255. */
function blockMeans(image: RgbImage, side: number): Float64Array {
  const sums = new Float64Array(3 * countBlocks(image, side));
  const counts = new Float64Array(sums.length);
  forEachValue(image, side, (at, block) => {
    sums[block] = (sums[block] as number) + (image.data[at] as number);
    counts[block] = (counts[block] as number) + 1;
  });
  return sums.map((sum, block) => sum / (counts[block] as number));
}

function receive(received: Reception, side: number | null, turn: number): Reconstruction {
  const { width, height, symbols, gains } = received;
  const data = new Uint8Array(sourceValues(received)).fill(128);
  if (side === null) return { image: { width, height, data }, outage: true };
  const values = new Float64Array(symbols.length / 2);
  for (let index = 0; index < values.length; index++) {
    const angle = angleOf(symbols, index) - (gains ? angleOf(gains, index) : 0);
    const nearest = angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI)); // in [-pi, pi]
    values[index] = 255 * (nearest / (turn * 2 * Math.PI) + 0.5);
  }
  forEachValue(received, side, (at, block) => {
    data[at] = Math.min(255, Math.max(0, Math.round(values[block] as number)));
  });
  return { image: { width, height, data }, outage: false };
}

function angleOf(values: Float32Array, index: number): number {
  return Math.atan2(values[2 * index + 1] as number, values[2 * index] as number);
}

/** Calls back with the index of every value of a picture, and that of its block and channel. */
function forEachValue(
  { width, height }: ImageSize,
  side: number,
  callback: (at: number, block: number) => void,
): void {
  const columns = Math.ceil(width / side);
  for (let at = 0; at < 3 * width * height; at++) {
    const pixel = Math.floor(at / 3), row = Math.floor(pixel / width), column = pixel % width;
    const block = Math.floor(row / side) * columns + Math.floor(column / side);
    callback(at, 3 * block + at % 3);
  }
}
