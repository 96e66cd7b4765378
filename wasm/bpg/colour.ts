/**
 * What the colour conversions share: weights of the colour spaces, fixed-point scales, rounding.
 *
 * @module
 */
import type { BpgHeader, ColourSpace } from "./container.ts";

/** Luma weights of red and blue. */
export interface LumaWeights {
  readonly red: number;
  readonly blue: number;
}

/** Weights of the YCbCr spaces: ITU-R BT.601, BT.709, BT.2020 (non-constant luminance). */
export const LUMA_WEIGHTS: Readonly<Partial<Record<ColourSpace, LumaWeights>>> = {
  "ycbcr-bt601": { red: 0.299, blue: 0.114 },
  "ycbcr-bt709": { red: 0.2126, blue: 0.0722 },
  "ycbcr-bt2020": { red: 0.2627, blue: 0.0593 },
};

/** Rounds to the nearest integer, ties to even: C's lrint, which fixes BPG's coefficients. */
export function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

export type OutputDepth = 8 | 16;

/** Samples, rows top to bottom, interleaved. */
export interface Raster {
  readonly channels: 3 | 4;
  readonly data: Uint8Array | Uint16Array;
}

/** Fixed-point scales shared by all conversions of one picture. */
export interface Scale {
  readonly shift: number;
  readonly round: number;
  /** Largest output value. */
  readonly max: number;
  /** Output units per luma or colour unit, as a real number times 2^shift. */
  readonly luma: number;
  /** The same for differences of colour. */
  readonly chroma: number;
  /** The same for alpha, which always has the full range. */
  readonly alpha: number;
  /** Rounding, and the offset of limited-range luma. */
  readonly lumaOffset: number;
  /** The value of a neutral chroma sample. */
  readonly neutral: number;
  /** Samples can be copied: 8 bits in and out, full range. */
  readonly identity: boolean;
}

/** The scales of a picture. */
export function scaleOf(header: BpgHeader, outputDepth: OutputDepth): Scale {
  const { bitDepth, limitedRange } = header;
  const shift = 30 - outputDepth;
  const round = 2 ** (shift - 1);
  const max = 2 ** outputDepth - 1;
  const unit = max * 2 ** shift;
  const full = unit / (2 ** bitDepth - 1);
  const luma = limitedRange ? unit / (219 << (bitDepth - 8)) : full;
  const chroma = limitedRange ? unit / (224 << (bitDepth - 8)) : full;
  const black = limitedRange ? 16 << (bitDepth - 8) : 0;
  return {
    shift,
    round,
    max,
    luma,
    chroma,
    alpha: full,
    lumaOffset: round - black * roundToEven(luma),
    neutral: 1 << (bitDepth - 1),
    identity: bitDepth === 8 && outputDepth === 8 && !limitedRange,
  };
}
