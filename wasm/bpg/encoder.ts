/**
 * The BPG encoder: colours, padding and container here, HEVC intra coding in enc.wasm (x265).
 *
 * @module
 */
import { CodecError, DataError, OptionError } from "../../core/errors.ts";
import { checkImage, type ImageSize, type RgbImage } from "../../core/image.ts";
import { writeCodingParameters } from "./coding_parameters.ts";
import { type StillHeader, writeBpg } from "./container.ts";
import { Engine, type Instance } from "./engine.ts";
import { bpgData, NAL, nalUnits } from "./nal.ts";
import { type ChromaFormat, codedSize, readEncodedSequence } from "./parameter_sets.ts";
import {
  gbrPlanes,
  lumaPlane,
  type PackedPlane,
  padPlane,
  yCbCr420Planes,
  yCbCrPlanes,
} from "./rgb_to_planes.ts";

export type BpgChroma = "444" | "420" | "gray";

export interface BpgEncodeOptions {
  /** Quantization parameter, 0 (best) to 51. */
  readonly quality: number;
  /**
   * What `quality` counts: the QP of the slice, or the argument of `bpgenc -q` with x265, which
   * codes the slice with q - 3. Default "slice-qp".
   */
  readonly qualityScale?: "slice-qp" | "bpgenc-q";
  /** Default "444". */
  readonly chroma?: BpgChroma;
  /** As `bpgenc -m`: 1 (superfast) to 8 (veryslow, the default) and 9 (placebo, exhaustive). */
  readonly effort?: number;
  /** Codes the RGB samples exactly; `quality` and `chroma` then say nothing. */
  readonly lossless?: boolean;
}

export interface BpgEncoder {
  /** Changes whenever a file may. */
  readonly version: string;
  /**
   * Encodes a picture of 1 x 1 to 8192 x 8192 pixels as an 8-bit still. The same picture and
   * options give the same bytes on any machine.
   *
   * @throws {OptionError} When an option is out of its range.
   * @throws {DataError} When the picture is not one, or too large.
   */
  encode(image: RgbImage, options: BpgEncodeOptions): Uint8Array;
}

const CODE_VERSION = "1";
/** Longest side of a picture. */
export const MAX_SIDE = 8192;
/** Memory for a picture of about two megapixels is kept between calls. */
const KEEP_BYTES = 256 << 20;

/** Opens the encoder; the module is compiled once per program. */
export async function openBpgEncoder(): Promise<BpgEncoder> {
  const engine = await Engine.open(new URL("./enc.wasm", import.meta.url), {
    keepBytes: KEEP_BYTES,
  });
  return {
    version: `bpg-encoder ${CODE_VERSION}-${engine.digest}`,
    encode: (image, options) => encode(engine, image, options),
  };
}

function encode(engine: Engine, image: RgbImage, options: BpgEncodeOptions): Uint8Array {
  checkImage(image);
  checkSides(image);
  const { lossless = false } = options;
  const effort = integerOption("effort", options.effort ?? 8, 1, 9);
  const qp = lossless ? 0 : sliceQp(options);
  const picture = lossless ? losslessPicture(image) : lossyPicture(image, options.chroma ?? "444");
  const blocks = codingBlocks(image);
  const coded = codedSize(image, Math.log2(blocks.min));
  const settings = { qp, effort, lossless, ...blocks, coded, chroma: picture.chroma };
  const stream = engine.run((instance) => encodePlanes(instance, picture.planes, settings));
  const { pixelFormat, colourSpace } = picture;
  return packStream(
    { width: image.width, height: image.height, pixelFormat, colourSpace },
    stream,
    {
      coded,
      chroma: picture.chroma,
    },
  );
}

function checkSides({ width, height }: ImageSize): void {
  if (width > MAX_SIDE || height > MAX_SIDE) {
    throw new DataError(
      `BPG encoder: sides of at most ${MAX_SIDE} pixels; got ${width} x ${height}`,
    );
  }
}

function integerOption(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new OptionError(`BPG ${name}: an integer from ${min} to ${max}; got ${value}`);
  }
  return value;
}

function sliceQp({ quality, qualityScale = "slice-qp" }: BpgEncodeOptions): number {
  const value = integerOption("quality", quality, 0, 51);
  if (qualityScale === "slice-qp") return value;
  if (qualityScale === "bpgenc-q") return Math.max(0, value - 3);
  throw new OptionError(
    `BPG qualityScale: "slice-qp" or "bpgenc-q"; got ${JSON.stringify(qualityScale)}`,
  );
}

/** A picture ready to be coded. */
interface PicturePlanes extends Pick<StillHeader, "pixelFormat" | "colourSpace"> {
  readonly chroma: ChromaFormat;
  readonly planes: readonly PackedPlane[];
}

function losslessPicture(image: RgbImage): PicturePlanes {
  return { pixelFormat: "444", colourSpace: "rgb", chroma: 3, planes: gbrPlanes(image) };
}

function lossyPicture(image: RgbImage, chroma: BpgChroma): PicturePlanes {
  const colourSpace = "ycbcr-bt601";
  switch (chroma) {
    case "444":
      return { pixelFormat: "444", colourSpace, chroma: 3, planes: yCbCrPlanes(image) };
    case "420":
      return { pixelFormat: "420", colourSpace, chroma: 1, planes: yCbCr420Planes(image) };
    case "gray":
      return { pixelFormat: "gray", colourSpace, chroma: 0, planes: lumaPlane(image) };
    default:
      throw new OptionError(
        `BPG chroma: "444", "420" or "gray"; got ${JSON.stringify(chroma)}`,
      );
  }
}

/**
 * Coding tree block and smallest coding block: 64 and 8 where the picture is large enough. x265
 * wants at least one whole tree block each way; below 16 pixels both become 16.
 */
function codingBlocks({ width, height }: ImageSize): { tree: number; min: number } {
  const side = Math.ceil(Math.min(width, height) / 8) * 8;
  if (side < 16) return { tree: 16, min: 16 };
  return { tree: side >= 64 ? 64 : side >= 32 ? 32 : 16, min: 8 };
}

interface EncodeSettings {
  readonly coded: ImageSize;
  readonly chroma: ChromaFormat;
  readonly qp: number;
  readonly effort: number;
  readonly lossless: boolean;
  readonly tree: number;
  readonly min: number;
}

/** Runs x265 on the planes and returns its Annex B stream. */
function encodePlanes(
  instance: Instance,
  planes: readonly PackedPlane[],
  settings: EncodeSettings,
): Uint8Array {
  const { coded, chroma } = settings;
  const sizes = planes.map((_, index) => planeSize(coded, chroma, index));
  const bytes = sizes.reduce((sum, { width, height }) => sum + width * height, 0);
  const input = allocate(instance, bytes);
  let at = input;
  for (const [index, plane] of planes.entries()) {
    const size = sizes[index] as ImageSize;
    const target = new Uint8Array(instance.memory.buffer, at, size.width * size.height);
    padPlane(plane, size, target);
    at += target.length;
  }
  const { qp, effort, lossless, tree, min } = settings;
  const block = Int32Array.of(
    ...[coded.width, coded.height, chroma, qp, effort, lossless ? 1 : 0, tree, min, 0],
  );
  const parameters = allocate(instance, block.byteLength);
  new Int32Array(instance.memory.buffer, parameters, block.length).set(block);
  const length = instance.call("bpg_enc_encode", input, parameters);
  instance.call("bpg_enc_free", parameters);
  instance.call("bpg_enc_free", input);
  if (length <= 0) throw new CodecError(`BPG encoder: x265 failed (${length})`);
  const stream = instance.call("bpg_enc_stream") >>> 0;
  return new Uint8Array(instance.memory.buffer, stream, length).slice();
}

function planeSize({ width, height }: ImageSize, chroma: ChromaFormat, index: number): ImageSize {
  return index > 0 && chroma === 1 ? { width: width / 2, height: height / 2 } : { width, height };
}

function allocate(instance: Instance, bytes: number): number {
  const address = instance.call("bpg_enc_alloc", bytes) >>> 0;
  if (address === 0) throw new CodecError(`BPG encoder: no memory for ${bytes} bytes`);
  return address;
}

/** The file for a stream: VPS, SPS and delimiters go, the header stands for them. */
function packStream(
  header: StillHeader,
  stream: Uint8Array,
  expected: { coded: ImageSize; chroma: ChromaFormat },
): Uint8Array {
  const units = [...nalUnits(stream, { firstHasStartCode: true })];
  const sps = units.find(({ type }) => type === NAL.SPS);
  if (!sps) throw new CodecError("BPG encoder: x265 wrote no sequence parameter set");
  const { size, chroma, parameters } = readEncodedSequence(sps.bytes);
  const { width, height } = expected.coded;
  if (size.width !== width || size.height !== height || chroma !== expected.chroma) {
    throw new CodecError(
      `BPG encoder: x265 coded ${size.width} x ${size.height}, chroma format ${chroma}; ` +
        `wanted ${width} x ${height}, ${expected.chroma}`,
    );
  }
  const dropped: number[] = [NAL.VPS, NAL.SPS, NAL.ACCESS_UNIT_DELIMITER];
  const kept = units.filter(({ type }) => !dropped.includes(type)).map(({ bytes }) => bytes);
  return writeBpg(header, writeCodingParameters(parameters), bpgData(kept));
}
