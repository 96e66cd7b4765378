/**
 * The conventions of the channel, said once: unit mean symbol power, SNR = Es/N0, CBR = complex
 * channel uses per source value.
 *
 * @module
 */
import { type ImageSize, sourceValues } from "./image.ts";
import { OptionError } from "./errors.ts";

/** A power ratio in decibel, 10 log10(ratio). */
export type Decibel = number;

/** A number in [0, 1]. */
export type Probability = number;

/** 10^(dB / 10). */
export function fromDecibel(db: Decibel): number {
  return 10 ** (db / 10);
}

/** 10 log10(ratio). */
export function toDecibel(ratio: number): Decibel {
  return 10 * Math.log10(ratio);
}

/** N0, the noise variance per complex symbol of unit mean power, at Es/N0 = `snrDb`. */
export function noiseVariance(snrDb: Decibel): number {
  return fromDecibel(-snrDb);
}

/** Shannon capacity of the AWGN channel, log2(1 + SNR), bits per complex channel use. */
export function awgnCapacity(snrDb: Decibel): number {
  return Math.log1p(fromDecibel(snrDb)) / Math.LN2;
}

/**
 * The budget of a picture: k = floor(cbr * 3 W H) complex channel uses.
 *
 * A CBR such as 1/48 is not exact in binary; the product is rounded to the nearest integer when it
 * is within 1e-9 relative of it, so that 1/48 of 3*768*512 is 24576 and not 24575.
 */
export function channelUseBudget(cbr: number, size: ImageSize): number {
  const product = cbr * sourceValues(size);
  const nearest = Math.round(product);
  return Math.abs(product - nearest) <= 1e-9 * Math.max(1, product) ? nearest : Math.floor(product);
}

/**
 * Reads a positive ratio: a decimal number or a fraction of integers such as `1/48`.
 *
 * @throws {OptionError} When the text is neither, or the value is not in (0, most].
 */
export function parseRatio(text: string, name: string, most = 1): number {
  const fraction = /^\s*(\d+(?:\.\d+)?)\s*\/\s*(\d+(?:\.\d+)?)\s*$/.exec(text);
  const value = fraction ? Number(fraction[1]) / Number(fraction[2]) : Number(text.trim() || NaN);
  if (!(value > 0 && value <= most)) {
    throw new OptionError(
      `${name}: a number in (0, ${most}] or a fraction such as 1/48; got "${text}"`,
    );
  }
  return value;
}
