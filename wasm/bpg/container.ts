/**
 * The BPG file: header, extensions, and where the HEVC data lies.
 *
 *  magic | format, depth | colour, flags | width height data-length | extensions | HEVC
 *  4       1               1               ue7   ue7    ue7           optional
 *
 * Source: BPG specification 0.9.5. Stricter than the reference decoder where it would wrap: a
 * number of more than five bytes or above its limit is refused.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import type { ImageSize } from "../../core/image.ts";
import { concatenate } from "./nal.ts";

/** Planes and siting of chroma: `-mpeg2` is sited on the left luma sample, the others between. */
export const PIXEL_FORMATS = ["gray", "420", "422", "444", "420-mpeg2", "422-mpeg2"] as const;
/** Matrix of the planes. */
export const COLOUR_SPACES = [
  "ycbcr-bt601",
  "rgb",
  "ycgco",
  "ycbcr-bt709",
  "ycbcr-bt2020",
] as const;

export type PixelFormat = typeof PIXEL_FORMATS[number];
export type ColourSpace = typeof COLOUR_SPACES[number];
/** `w` is the extra plane of CMYK: each colour is multiplied by it. */
export type Alpha = "none" | "straight" | "premultiplied" | "w";

/** What the header of a BPG file says. */
export interface BpgHeader extends ImageSize {
  readonly pixelFormat: PixelFormat;
  /** Bits per sample, 8 to 14. */
  readonly bitDepth: number;
  readonly colourSpace: ColourSpace;
  /** Luma 16..235 and chroma 16..240 (scaled to the depth) instead of the full range. */
  readonly limitedRange: boolean;
  readonly alpha: Alpha;
  readonly animation: Animation | null;
  readonly extensions: readonly Extension[];
}

export interface Animation {
  /** 0 is for ever. */
  readonly loopCount: number;
  /** Seconds per tick, as a fraction. */
  readonly framePeriod: { readonly numerator: number; readonly denominator: number };
}

/** Tags: 1 EXIF, 2 ICC profile, 3 XMP, 4 thumbnail, 5 animation control; others are kept as they are. */
export interface Extension {
  readonly tag: number;
  readonly data: Uint8Array;
}

/** A file taken apart; the arrays are views into it. */
export interface BpgFile {
  readonly header: BpgHeader;
  /** hevc_header (of alpha first, if any) and hevc_data. */
  readonly hevc: Uint8Array;
}

const MAGIC = [0x42, 0x50, 0x47, 0xfb];
/** Largest value of the numbers of the header but extension tags. */
const MAX_NUMBER = 2 ** 30 - 1;
const ANIMATION_TAG = 5;

/**
 * Reads the header of a BPG file.
 *
 * @throws {FormatError} When it is no BPG file, damaged, or of a reserved kind.
 */
export function readBpgHeader(file: Uint8Array): BpgHeader {
  return parseBpg(file).header;
}

/**
 * Takes a BPG file apart; nothing is copied.
 *
 * @throws {FormatError} When it is no BPG file, damaged, or of a reserved kind.
 */
export function parseBpg(file: Uint8Array): BpgFile {
  const cursor = new Cursor(file);
  if (file.length < 6 || MAGIC.some((byte, i) => file[i] !== byte)) {
    throw new FormatError("BPG: the file does not begin with 42 50 47 FB");
  }
  cursor.position = 6;
  const [format, colour] = file.subarray(4, 6) as unknown as [number, number];
  const fixed = fixedFields(format, colour);
  const width = cursor.number("width");
  const height = cursor.number("height");
  if (width === 0 || height === 0) throw new FormatError(`BPG: size ${width} x ${height}`);
  const dataLength = cursor.number("picture_data_length");
  const extensions = (colour & 8) !== 0 ? readExtensions(cursor) : [];
  const animation = (colour & 1) !== 0 ? readAnimation(extensions) : null;
  const rest = file.length - cursor.position;
  if (dataLength > rest) {
    throw new FormatError(`BPG: ${dataLength} bytes of picture data wanted, ${rest} in the file`);
  }
  const end = dataLength === 0 ? file.length : cursor.position + dataLength;
  return {
    header: { width, height, ...fixed, animation, extensions },
    hevc: file.subarray(cursor.position, end),
  };
}

type FixedFields = Pick<
  BpgHeader,
  "pixelFormat" | "bitDepth" | "colourSpace" | "limitedRange" | "alpha"
>;

function fixedFields(format: number, colour: number): FixedFields {
  const pixelFormat = PIXEL_FORMATS[format >> 5];
  const bitDepth = (format & 15) + 8;
  const colourSpace = COLOUR_SPACES[colour >> 4];
  const alpha = alphaKind((format & 16) !== 0, (colour & 4) !== 0);
  if (pixelFormat === undefined) {
    throw new FormatError(`BPG: pixel format ${format >> 5} is reserved`);
  }
  if (bitDepth > 14) {
    throw new FormatError(`BPG: ${bitDepth} bits per sample; at most 14 are allowed`);
  }
  if (colourSpace === undefined) {
    throw new FormatError(`BPG: colour space ${colour >> 4} is reserved`);
  }
  if (pixelFormat === "gray" && colourSpace !== "ycbcr-bt601") {
    throw new FormatError(`BPG: a gray picture with colour space "${colourSpace}"`);
  }
  if (pixelFormat === "gray" && alpha === "w") {
    throw new FormatError("BPG: a gray picture with a W plane");
  }
  return { pixelFormat, bitDepth, colourSpace, alpha, limitedRange: (colour & 2) !== 0 };
}

function alphaKind(alpha1: boolean, alpha2: boolean): Alpha {
  if (alpha1) return alpha2 ? "premultiplied" : "straight";
  return alpha2 ? "w" : "none";
}

function readExtensions(cursor: Cursor): Extension[] {
  const length = cursor.number("extension_data_length");
  const inner = new Cursor(cursor.take(length, "extension data"));
  const extensions: Extension[] = [];
  while (!inner.atEnd) {
    const tag = inner.number("extension tag", 2 ** 32 - 1);
    const size = inner.number("extension length");
    extensions.push({ tag, data: inner.take(size, `extension ${tag}`) });
  }
  return extensions;
}

function readAnimation(extensions: readonly Extension[]): Animation {
  const control = extensions.find(({ tag }) => tag === ANIMATION_TAG);
  if (!control) throw new FormatError("BPG: an animation without its control extension");
  const cursor = new Cursor(control.data);
  const loopCount = cursor.number("loop_count", 0xffff);
  const numerator = cursor.number("frame_period_num", 0xffff);
  const denominator = cursor.number("frame_period_den", 0xffff);
  if (numerator === 0 || denominator === 0) {
    throw new FormatError(`BPG: a frame period of ${numerator}/${denominator}`);
  }
  return { loopCount, framePeriod: { numerator, denominator } };
}

/** Reads the ue7 numbers and blocks of bytes of a BPG header. */
export class Cursor {
  position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get atEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  /** Bytes not read yet. */
  rest(): Uint8Array {
    return this.bytes.subarray(this.position);
  }

  /** ue7: seven bits a byte, most significant group first, the top bit set on all but the last. */
  number(name: string, limit = MAX_NUMBER): number {
    let value = 0;
    for (let count = 0;; count++) {
      const byte = this.bytes[this.position];
      if (byte === undefined) throw new FormatError(`BPG: the file ends within ${name}`);
      if (count === 0 && byte === 0x80) {
        throw new FormatError(`BPG: ${name} is not in its shortest form`);
      }
      this.position++;
      value = value * 128 + (byte & 127);
      if (value > limit) throw new FormatError(`BPG: ${name} is above ${limit}`);
      if (byte < 128) return value;
    }
  }

  take(length: number, name: string): Uint8Array {
    const rest = this.bytes.length - this.position;
    if (length > rest) {
      throw new FormatError(`BPG: ${name} wants ${length} bytes, ${rest} are left`);
    }
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }
}

/** A ue7 number in its shortest form. */
export function writeNumber(value: number): Uint8Array {
  const groups = [value & 127];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) groups.unshift((rest & 127) | 128);
  return Uint8Array.from(groups);
}

/** What {@link writeBpg} needs of a header: still pictures of 8 bits, full range, without alpha. */
export interface StillHeader extends ImageSize {
  readonly pixelFormat: PixelFormat;
  readonly colourSpace: ColourSpace;
}

/**
 * A BPG file of one still picture; picture_data_length is 0 ("up to the end"), as bpgenc writes it.
 *
 * @param hevcHeader The coding parameters, without their length.
 * @param hevcData NAL units, the first without a start code.
 */
export function writeBpg(
  header: StillHeader,
  hevcHeader: Uint8Array,
  hevcData: Uint8Array,
): Uint8Array {
  return concatenate([
    Uint8Array.of(
      ...MAGIC,
      PIXEL_FORMATS.indexOf(header.pixelFormat) << 5,
      COLOUR_SPACES.indexOf(header.colourSpace) << 4,
    ),
    writeNumber(header.width),
    writeNumber(header.height),
    writeNumber(0),
    writeNumber(hevcHeader.length),
    hevcHeader,
    hevcData,
  ]);
}
