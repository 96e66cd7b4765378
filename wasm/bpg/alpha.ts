/**
 * The fourth plane of a BPG file: alpha, straight or premultiplied, or the W of CMYK.
 *
 * Source: BPG specification 0.9.5; roundings of libbpg 0.9.8.
 *
 * @module
 */
import type { Alpha } from "./container.ts";
import { type OutputDepth, type Raster, roundToEven, type Scale } from "./colour.ts";

/** Applies a row of the fourth plane to a converted row that begins at `at`. */
export type AlphaRow = (plane: Int32Array, data: Raster["data"], at: number) => void;

export interface AlphaSettings {
  readonly alpha: Alpha;
  readonly bitDepth: number;
  readonly outputDepth: OutputDepth;
  readonly scale: Scale;
  readonly channels: number;
}

/** What to do with a row, chosen once per picture. */
export function alphaRow(settings: AlphaSettings): AlphaRow {
  if (settings.alpha === "w") return multiplyByW(settings.bitDepth);
  const level = alphaLevel(settings);
  return settings.alpha === "straight" ? storeAlpha(level) : undoPremultiplied(level, settings);
}

/** c * w / 2^depth, rounded: what is left of the colour after black ink. */
function multiplyByW(bitDepth: number): AlphaRow {
  const half = 1 << (bitDepth - 1);
  return (plane, data, start) => {
    for (let x = 0; x < plane.length; x++) {
      const w = plane[x] as number;
      for (let at = start + 3 * x; at < start + 3 * x + 3; at++) {
        data[at] = ((data[at] as number) * w + half) >> bitDepth;
      }
    }
  };
}

function alphaLevel({ bitDepth, outputDepth, scale }: AlphaSettings): (value: number) => number {
  if (bitDepth === 8 && outputDepth === 8) return (value) => value;
  const one = roundToEven(scale.alpha);
  const { round, shift } = scale;
  return (value) => (Math.imul(value, one) + round) >> shift;
}

function storeAlpha(level: (value: number) => number): AlphaRow {
  return (plane, data, start) => {
    for (let x = 0; x < plane.length; x++) data[start + 4 * x + 3] = level(plane[x] as number);
  };
}

/** Divides by alpha through a fixed-point inverse; where nothing is left, white. */
function undoPremultiplied(
  level: (value: number) => number,
  { outputDepth, scale: { max } }: AlphaSettings,
): AlphaRow {
  const bits = outputDepth === 8 ? 16 : 15;
  const extra = outputDepth === 8 ? 128 : 0;
  const half = 1 << (bits - 1);
  return (plane, data, start) => {
    for (let x = 0; x < plane.length; x++) {
      const alpha = level(plane[x] as number);
      const inverse = Math.floor((max * 2 ** bits + (alpha >> 1) + extra) / alpha);
      const first = start + 4 * x;
      for (let at = first; at < first + 3; at++) {
        const colour = data[at] as number;
        data[at] = colour >= alpha ? max : (colour * inverse + half) >> bits;
      }
      data[first + 3] = alpha;
    }
  };
}
