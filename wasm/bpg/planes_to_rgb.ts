/**
 * Decoded planes to RGB or RGBA samples, to the bit as the reference decoder writes them.
 *
 * All sums are 32-bit integers that wrap, as in the reference.
 *
 * Source: BPG specification 0.9.5 (colour spaces); roundings of libbpg 0.9.8.
 *
 * @module
 */
import { alphaRow } from "./alpha.ts";
import {
  fullResolution,
  halfWidth,
  halfWidthAndHeight,
  type Phase,
  type Plane,
  type RowInterpolator,
} from "./chroma_interpolation.ts";
import {
  LUMA_WEIGHTS,
  type LumaWeights,
  type OutputDepth,
  type Raster,
  roundToEven,
  type Scale,
  scaleOf,
} from "./colour.ts";
import type { BpgHeader, PixelFormat } from "./container.ts";

/** Y, Cb, Cr or G, B, R or Y, Cg, Co; only the first for gray. */
export interface Planes {
  readonly first: Plane;
  readonly chroma: readonly [Plane, Plane] | null;
  /** Alpha or W. */
  readonly alpha: Plane | null;
}

type Row = Int32Array;
/** Writes one row of colours, `channels` samples apart, from `at` on. */
type RowConverter = (rows: readonly [Row, Row, Row], data: Raster["data"], at: number) => void;

/**
 * Converts the planes of a picture.
 *
 * @returns RGB; RGBA when the file has straight or premultiplied alpha (undone here).
 */
export function planesToRgb(header: BpgHeader, planes: Planes, outputDepth: OutputDepth): Raster {
  const { width, height, bitDepth, alpha } = header;
  const channels = planes.alpha && alpha !== "w" ? 4 : 3;
  const samples = width * height * channels;
  const data = outputDepth === 8 ? new Uint8Array(samples) : new Uint16Array(samples);
  const scale = scaleOf(header, outputDepth);
  const convert = converter(header, scale, channels);
  const finish = planes.alpha ? alphaRow({ alpha, bitDepth, outputDepth, scale, channels }) : null;
  const rows: [Row, Row, Row] = [
    new Int32Array(width),
    new Int32Array(width),
    new Int32Array(width),
  ];
  const extra = new Int32Array(width);
  const copy = fullResolution(width);
  const chroma = planes.chroma ? interpolator(header) : null;
  for (let y = 0; y < height; y++) {
    copy.fill(planes.first, y, rows[0]);
    if (planes.chroma) {
      chroma?.fill(planes.chroma[0], y, rows[1]);
      chroma?.fill(planes.chroma[1], y, rows[2]);
    }
    const at = y * width * channels;
    convert(rows, data, at);
    if (planes.alpha && finish) {
      copy.fill(planes.alpha, y, extra);
      finish(extra, data, at);
    }
  }
  return { channels, data };
}

function interpolator(header: BpgHeader): RowInterpolator {
  const phase: Phase = header.pixelFormat.endsWith("mpeg2") ? "zero" : "half";
  const formats: Record<PixelFormat, () => RowInterpolator> = {
    "gray": () => fullResolution(header.width),
    "444": () => fullResolution(header.width),
    "422": () => halfWidth(header.width, phase, header.bitDepth),
    "422-mpeg2": () => halfWidth(header.width, phase, header.bitDepth),
    "420": () => halfWidthAndHeight(header, phase, header.bitDepth),
    "420-mpeg2": () => halfWidthAndHeight(header, phase, header.bitDepth),
  };
  return formats[header.pixelFormat]();
}

function converter(header: BpgHeader, scale: Scale, channels: number): RowConverter {
  if (header.pixelFormat === "gray") return fromGray(scale, channels);
  const weights = LUMA_WEIGHTS[header.colourSpace];
  if (weights) return fromYCbCr(weights, scale, channels);
  return header.colourSpace === "rgb" ? fromRgb(scale, channels) : fromYCgCo(scale, channels);
}

function fromYCbCr(weights: LumaWeights, scale: Scale, channels: number): RowConverter {
  const { shift, max, neutral, lumaOffset } = scale;
  const { red, blue } = weights;
  const green = 1 - blue - red;
  const one = roundToEven(scale.luma);
  const redCr = roundToEven(2 * (1 - red) * scale.chroma);
  const blueCb = roundToEven(2 * (1 - blue) * scale.chroma);
  const greenCb = roundToEven(2 * blue * (1 - blue) / green * scale.chroma);
  const greenCr = roundToEven(2 * red * (1 - red) / green * scale.chroma);
  return ([first, second, third], data, start) => {
    let at = start;
    for (let x = 0; x < first.length; x++) {
      const luma = Math.imul(one, first[x] as number) + lumaOffset;
      const cb = (second[x] as number) - neutral;
      const cr = (third[x] as number) - neutral;
      data[at] = clip((luma + Math.imul(redCr, cr)) >> shift, max);
      data[at + 1] = clip((luma - Math.imul(greenCb, cb) - Math.imul(greenCr, cr)) >> shift, max);
      data[at + 2] = clip((luma + Math.imul(blueCb, cb)) >> shift, max);
      at += channels;
    }
  };
}

function fromYCgCo(
  { shift, max, neutral, lumaOffset, luma }: Scale,
  channels: number,
): RowConverter {
  const one = roundToEven(luma);
  return ([first, second, third], data, start) => {
    let at = start;
    for (let x = 0; x < first.length; x++) {
      const y = first[x] as number;
      const cg = (second[x] as number) - neutral;
      const co = (third[x] as number) - neutral;
      data[at] = clip((Math.imul(y - cg + co, one) + lumaOffset) >> shift, max);
      data[at + 1] = clip((Math.imul(y + cg, one) + lumaOffset) >> shift, max);
      data[at + 2] = clip((Math.imul(y - cg - co, one) + lumaOffset) >> shift, max);
      at += channels;
    }
  };
}

/** Planes G, B, R. */
function fromRgb(scale: Scale, channels: number): RowConverter {
  const level = levels(scale);
  return ([green, blue, red], data, start) => {
    let at = start;
    for (let x = 0; x < green.length; x++) {
      data[at] = level(red[x] as number);
      data[at + 1] = level(green[x] as number);
      data[at + 2] = level(blue[x] as number);
      at += channels;
    }
  };
}

function fromGray(scale: Scale, channels: number): RowConverter {
  const level = levels(scale);
  return ([luma], data, start) => {
    let at = start;
    for (let x = 0; x < luma.length; x++) {
      const value = level(luma[x] as number);
      data[at] = value;
      data[at + 1] = value;
      data[at + 2] = value;
      at += channels;
    }
  };
}

/** One plane's sample to an output sample. */
function levels({ identity, luma, lumaOffset, shift, max }: Scale): (value: number) => number {
  if (identity) return (value) => value;
  const one = roundToEven(luma);
  return (value) => clip((Math.imul(value, one) + lumaOffset) >> shift, max);
}

function clip(value: number, max: number): number {
  return value < 0 ? 0 : value > max ? max : value;
}
