/**
 * hevc_header of BPG: the fields of a sequence parameter set that a BPG file may choose.
 *
 * Source: BPG specification 0.9.5 (hevc_header); limits from ITU-T H.265, clause 7.4.3.2.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { type BitReader, BitWriter } from "./bitstream.ts";

/** How pictures are cut into blocks, and which tools may be used. */
export interface CodingParameters {
  /** log2 of the smallest coding block, 3 to 6; picture sizes are multiples of it. */
  readonly log2MinCodingBlock: number;
  /** log2 of the coding tree block minus the one above. */
  readonly log2CodingBlockRange: number;
  /** log2 of the smallest transform block, 2 to 5. */
  readonly log2MinTransformBlock: number;
  readonly log2TransformBlockRange: number;
  readonly maxTransformDepthIntra: number;
  readonly sampleAdaptiveOffset: boolean;
  readonly pcm: PcmParameters | null;
  readonly strongIntraSmoothing: boolean;
  /** The sps_extension as BPG allows it: null when absent, else its range extension or null. */
  readonly extension: { readonly range: number | null } | null;
}

export interface PcmParameters {
  readonly lumaDepthMinus1: number;
  readonly chromaDepthMinus1: number;
  readonly log2MinBlockMinus3: number;
  readonly log2BlockRange: number;
  readonly loopFilterDisabled: boolean;
}

/**
 * The nine flags of sps_range_extension in their order; BPG forbids explicit_rdpcm,
 * extended_precision, high_precision_offsets and cabac_bypass_alignment.
 *
 *   rotation context implicit EXPLICIT EXTENDED smoothing HIGH rice ALIGNMENT
 */
const FORBIDDEN_RANGE_FLAGS = 0b000110101;

/**
 * Reads the fields; the bits end with zeros up to a byte, which stay unread.
 *
 * @throws {FormatError} When block sizes break HEVC's limits or a forbidden extension is used.
 */
export function readCodingParameters(reader: BitReader): CodingParameters {
  const parameters: CodingParameters = {
    log2MinCodingBlock: reader.golomb() + 3,
    log2CodingBlockRange: reader.golomb(),
    log2MinTransformBlock: reader.golomb() + 2,
    log2TransformBlockRange: reader.golomb(),
    maxTransformDepthIntra: reader.golomb(),
    sampleAdaptiveOffset: reader.flag(),
    pcm: reader.flag() ? readPcm(reader) : null,
    strongIntraSmoothing: reader.flag(),
    extension: reader.flag() ? readExtension(reader) : null,
  };
  checkBlockSizes(parameters);
  return parameters;
}

function readPcm(reader: BitReader): PcmParameters {
  return {
    lumaDepthMinus1: reader.bits(4),
    chromaDepthMinus1: reader.bits(4),
    log2MinBlockMinus3: reader.golomb(),
    log2BlockRange: reader.golomb(),
    loopFilterDisabled: reader.flag(),
  };
}

function readExtension(reader: BitReader): { range: number | null } {
  const hasRange = reader.flag();
  if (reader.bits(7) !== 0) throw new FormatError("BPG: an SPS extension that BPG does not know");
  if (!hasRange) return { range: null };
  const range = reader.bits(9);
  if ((range & FORBIDDEN_RANGE_FLAGS) !== 0) {
    throw new FormatError("BPG: a range extension that BPG forbids");
  }
  return { range };
}

function checkBlockSizes(parameters: CodingParameters): void {
  const minCoding = parameters.log2MinCodingBlock;
  const minTransform = parameters.log2MinTransformBlock;
  const tree = minCoding + parameters.log2CodingBlockRange;
  const maxTransform = minTransform + parameters.log2TransformBlockRange;
  const depth = parameters.maxTransformDepthIntra;
  const valid = tree >= 4 && tree <= 6 && minTransform < minCoding &&
    maxTransform <= Math.min(5, tree) && depth <= tree - minTransform;
  if (!valid) {
    throw new FormatError(
      `BPG: block sizes that HEVC does not allow: log2 of coding blocks ${minCoding} to ${tree}, ` +
        `transform blocks ${minTransform} to ${maxTransform}, depth ${depth}`,
    );
  }
}

/** The hevc_header without its length. */
export function writeCodingParameters(parameters: CodingParameters): Uint8Array {
  const writer = new BitWriter();
  writer.golomb(parameters.log2MinCodingBlock - 3)
    .golomb(parameters.log2CodingBlockRange)
    .golomb(parameters.log2MinTransformBlock - 2)
    .golomb(parameters.log2TransformBlockRange)
    .golomb(parameters.maxTransformDepthIntra)
    .flag(parameters.sampleAdaptiveOffset);
  writePcm(writer, parameters.pcm);
  writer.flag(parameters.strongIntraSmoothing);
  writeExtension(writer, parameters.extension);
  return writer.toBytes();
}

/** pcm_enabled_flag and what follows it, alike in hevc_header and SPS. */
export function writePcm(writer: BitWriter, pcm: PcmParameters | null): void {
  writer.flag(pcm !== null);
  if (!pcm) return;
  writer.bits(4, pcm.lumaDepthMinus1)
    .bits(4, pcm.chromaDepthMinus1)
    .golomb(pcm.log2MinBlockMinus3)
    .golomb(pcm.log2BlockRange)
    .flag(pcm.loopFilterDisabled);
}

/** sps_extension_present_flag and what follows it, alike in hevc_header and SPS. */
export function writeExtension(
  writer: BitWriter,
  extension: CodingParameters["extension"],
): void {
  writer.flag(extension !== null);
  if (!extension) return;
  writer.flag(extension.range !== null).bits(7, 0);
  if (extension.range !== null) writer.bits(9, extension.range);
}
