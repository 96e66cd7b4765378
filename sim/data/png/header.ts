/**
 * What a PNG says of its pixels before they come: IHDR, PLTE and tRNS.
 *
 * Source: W3C PNG (third edition), clauses 11.2.1, 11.2.2 and 11.3.1.1.
 *
 * @module
 */
import { FormatError } from "../../../core/errors.ts";
import type { ImageSize } from "../../../core/image.ts";
import { checkSides } from "../raster.ts";

/** Colour types of the standard. */
export const GREY = 0, RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGB_ALPHA = 6;

/** IHDR, checked. */
export interface Header extends ImageSize {
  /** Bits a sample (or palette index): 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly colourType: number;
  /** Samples a pixel in the file: 1 for a palette. */
  readonly samples: 1 | 2 | 3 | 4;
  readonly interlaced: boolean;
}

/** What else is needed to turn samples into colours. */
export interface Colours {
  /** u8[entries, 3], for colour type 3. */
  readonly palette?: Uint8Array;
  /** tRNS as it stands in the file: alpha of palette entries, or the one transparent colour. */
  readonly transparency?: Uint8Array;
}

const KINDS: Readonly<Record<number, { samples: 1 | 2 | 3 | 4; depths: readonly number[] }>> = {
  [GREY]: { samples: 1, depths: [1, 2, 4, 8, 16] },
  [RGB]: { samples: 3, depths: [8, 16] },
  [PALETTE]: { samples: 1, depths: [1, 2, 4, 8] },
  [GREY_ALPHA]: { samples: 2, depths: [8, 16] },
  [RGB_ALPHA]: { samples: 4, depths: [8, 16] },
};

/**
 * Reads IHDR.
 *
 * @throws {FormatError} On a size that cannot be read or a combination the standard does not have.
 */
export function readHeader(data: Uint8Array): Header {
  if (data.length !== 13) throw new FormatError(`IHDR has 13 bytes; got ${data.length}`);
  const view = new DataView(data.buffer, data.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colourType, compression, filter, interlace] = data.subarray(8) as Iterable<
    number
  > as [number, number, number, number, number];
  checkSides({ width, height });
  const kind = KINDS[colourType];
  if (!kind?.depths.includes(depth)) {
    throw new FormatError(`no PNG has colour type ${colourType} with ${depth} bits a sample`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw new FormatError(
      `compression, filter and interlace methods 0, 0 and 0 or 1 are known; got ${compression}, ${filter} and ${interlace}`,
    );
  }
  return { width, height, depth, colourType, samples: kind.samples, interlaced: interlace === 1 };
}

/**
 * Checks PLTE and tRNS against the header.
 *
 * @throws {FormatError} When one is missing, not allowed or has another length.
 */
export function checkColours({ colourType, depth }: Header, colours: Colours): void {
  const { palette, transparency } = colours;
  if (colourType === PALETTE && !palette) throw new FormatError("chunk PLTE is missing");
  if (palette) {
    const most = colourType === PALETTE ? 2 ** depth : 256;
    const entries = palette.length / 3;
    if (!Number.isInteger(entries) || entries < 1 || entries > most) {
      throw new FormatError(
        `PLTE holds 1 to ${most} colours of 3 bytes here; got ${palette.length} bytes`,
      );
    }
    if (colourType === GREY || colourType === GREY_ALPHA) {
      throw new FormatError("a grey PNG has no chunk PLTE");
    }
  }
  if (transparency) checkTransparency(colourType, transparency.length, palette);
}

function checkTransparency(colourType: number, length: number, palette?: Uint8Array): void {
  const fits = colourType === GREY
    ? length === 2
    : colourType === RGB
    ? length === 6
    : colourType === PALETTE && palette !== undefined && 3 * length <= palette.length;
  if (!fits) {
    throw new FormatError(`a tRNS of ${length} bytes does not fit colour type ${colourType}`);
  }
}
