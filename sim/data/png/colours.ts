/**
 * From the samples of a PNG to grey or RGB with or without alpha.
 *
 * Source: W3C PNG (third edition), clauses 11.2.2, 11.3.1.1 and 13.12.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import type { Raster } from "../raster.ts";
import { type Colours, type Header, PALETTE } from "./header.ts";

/**
 * Resolves palette and transparency, and scales grey of less than 8 bits.
 *
 * @param samples u8 or u16[height, width, header.samples], on the scale of the file.
 * @throws {FormatError} When an index has no colour in the palette.
 */
export function toColours(
  header: Header,
  { palette, transparency }: Colours,
  samples: Uint8Array | Uint16Array,
): Raster {
  const { width, height, colourType } = header;
  if (colourType === PALETTE && palette) {
    const alpha = transparency ?? new Uint8Array(0);
    return transparency
      ? { width, height, channels: 4, data: lookUp(samples, palette, alpha, 4) }
      : { width, height, channels: 3, data: lookUp(samples, palette, alpha, 3) };
  }
  const keyed = transparency ? addAlpha(header, transparency, samples) : undefined;
  if (keyed) scale(header.depth, keyed.data, keyed.channels);
  else scale(header.depth, samples, header.samples);
  return keyed ?? { width, height, channels: header.samples, data: samples };
}

function lookUp(
  indices: Uint8Array | Uint16Array,
  palette: Uint8Array,
  alpha: Uint8Array,
  channels: 3 | 4,
): Uint8Array {
  const out = new Uint8Array(indices.length * channels);
  for (let pixel = 0, to = 0; pixel < indices.length; pixel++, to += channels) {
    const index = indices[pixel] as number;
    if (3 * index >= palette.length) {
      throw new FormatError(
        `damaged: a pixel has colour ${index} of a palette of ${palette.length / 3}`,
      );
    }
    out[to] = palette[3 * index] as number;
    out[to + 1] = palette[3 * index + 1] as number;
    out[to + 2] = palette[3 * index + 2] as number;
    if (channels === 4) out[to + 3] = alpha[index] ?? 255;
  }
  return out;
}

/** An alpha channel that is 0 where all samples of a pixel equal those of tRNS, else full. */
function addAlpha(
  { width, height, depth, samples: count }: Header,
  transparency: Uint8Array,
  samples: Uint8Array | Uint16Array,
): Raster {
  const channels = count === 1 ? 2 : 4;
  const top = 2 ** depth - 1;
  const pixels = width * height;
  const data = depth === 16
    ? new Uint16Array(pixels * channels)
    : new Uint8Array(pixels * channels);
  const key = Array.from(
    { length: count },
    (_, sample) =>
      ((transparency[2 * sample] as number) << 8 | (transparency[2 * sample + 1] as number)) & top,
  );
  for (let pixel = 0; pixel < pixels; pixel++) {
    let same = true;
    for (let sample = 0; sample < count; sample++) {
      const value = samples[pixel * count + sample] as number;
      data[pixel * channels + sample] = value;
      same &&= value === key[sample];
    }
    data[pixel * channels + channels - 1] = same ? 0 : top;
  }
  return { width, height, channels, data };
}

/** Stretches 1, 2 and 4 bits to the full range of 8, in place; the factors are whole. */
function scale(depth: number, data: Uint8Array | Uint16Array, channels: number): void {
  if (depth >= 8 || channels > 2) return;
  const factor = 255 / (2 ** depth - 1);
  for (let at = 0; at < data.length; at++) data[at] = (data[at] as number) * factor;
}
