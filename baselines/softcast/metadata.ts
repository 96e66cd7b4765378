/**
 * What the receiver must know of a picture: the planes' means, which chunks are sent, and their
 * variances.
 *
 * @module
 */
import { BitReader, BitWriter } from "../../core/bits.ts";
import { numberOfSelection, selectionBits, selectionOfNumber } from "./selection.ts";

/** Side information of a picture. */
export interface Metadata {
  /** Of Y, Cb, Cr, whole numbers of -128 to 255. */
  readonly means: readonly [number, number, number];
  /** Chunks that are sent, ascending. */
  readonly sent: readonly number[];
  /** Level of the variance of each of them, see {@linkcode varianceOfLevel}. */
  readonly levels: readonly number[];
}

const MEAN_BITS = 9, COUNT_BITS = 16, LEVEL_BITS = 10;
const STEP_DECIBELS = 0.1, LOWEST_DECIBELS = -30;

/** The nearest level of a variance: steps of 0.1 dB from -30 dB, which is far below a grey level. */
export function levelOfVariance(variance: number): number {
  const level = Math.round((10 * Math.log10(variance) - LOWEST_DECIBELS) / STEP_DECIBELS);
  return Math.min(2 ** LEVEL_BITS - 1, Math.max(0, level));
}

/** Mean square of a chunk's coefficients at a level. */
export function varianceOfLevel(level: number): number {
  return 10 ** ((LOWEST_DECIBELS + STEP_DECIBELS * level) / 10);
}

/** Bits of the metadata when so many chunks of so many are sent. */
export function metadataBits(chunks: number, sent: number): number {
  return 3 * MEAN_BITS + COUNT_BITS + selectionBits(chunks, sent) + LEVEL_BITS * sent;
}

/** Metadata in bits. */
export function writeMetadata(
  { means, sent, levels }: Metadata,
  chunks: number,
): { bytes: Uint8Array; bits: number } {
  const writer = new BitWriter();
  for (const mean of means) writer.write(mean + 128, MEAN_BITS);
  writer.write(sent.length, COUNT_BITS);
  const bits = selectionBits(chunks, sent.length);
  const number = numberOfSelection(sent);
  for (let bit = bits - 1; bit >= 0; bit--) writer.write(Number(number >> BigInt(bit) & 1n), 1);
  for (const level of levels) writer.write(level, LEVEL_BITS);
  return { bytes: writer.toBytes(), bits: writer.length };
}

/** Metadata of bits; null where they are damaged. */
export function readMetadata(bytes: Uint8Array, chunks: number): Metadata | null {
  if (8 * bytes.length < metadataBits(chunks, 0)) return null;
  const reader = new BitReader(bytes);
  const mean = (): number => reader.read(MEAN_BITS) - 128;
  const means = [mean(), mean(), mean()] as const;
  const count = reader.read(COUNT_BITS);
  if (count > chunks || metadataBits(chunks, count) > 8 * bytes.length) return null;
  let number = 0n;
  for (let bit = selectionBits(chunks, count); bit > 0; bit--) {
    number = number << 1n | BigInt(reader.read(1));
  }
  const sent = selectionOfNumber(number, chunks, count);
  if (numberOfSelection(sent) !== number) return null;
  return { means, sent, levels: sent.map(() => reader.read(LEVEL_BITS)) };
}
