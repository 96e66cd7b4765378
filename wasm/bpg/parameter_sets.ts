/**
 * The video and sequence parameter sets that a BPG file leaves out: rebuilt for a decoder, and
 * reduced to their free fields for a file.
 *
 * Source: ITU-T H.265, clauses 7.3.2.1, 7.3.2.2 and 7.3.3; fixed values from the BPG
 * specification 0.9.5 (hevc_data).
 *
 * @module
 */
import { CodecError } from "../../core/errors.ts";
import type { ImageSize } from "../../core/image.ts";
import { BitReader, BitWriter } from "./bitstream.ts";
import { type CodingParameters, writeExtension, writePcm } from "./coding_parameters.ts";
import { NAL, unwrapNal, wrapNal } from "./nal.ts";

/** chroma_format_idc: 0 luma only, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
export type ChromaFormat = 0 | 1 | 2 | 3;

/** All that the parameter sets of a BPG stream depend on. */
export interface Sequence {
  /** Size in the file; the coded size is rounded up to coding blocks, see {@link codedSize}. */
  readonly size: ImageSize;
  readonly chroma: ChromaFormat;
  readonly bitDepth: number;
  readonly parameters: CodingParameters;
  /** Animated files hold one reference picture. */
  readonly animated: boolean;
}

/** The size rounded up to whole smallest coding blocks, as BPG codes it: no conformance window. */
export function codedSize(size: ImageSize, log2MinCodingBlock: number): ImageSize {
  const block = 2 ** log2MinCodingBlock;
  return {
    width: Math.ceil(size.width / block) * block,
    height: Math.ceil(size.height / block) * block,
  };
}

/** VPS and SPS as NAL units. */
export function buildParameterSets(sequence: Sequence): Uint8Array[] {
  return [videoParameterSet(sequence), sequenceParameterSet(sequence)];
}

function videoParameterSet({ animated }: Sequence): Uint8Array {
  const writer = new BitWriter()
    .bits(4, 0) // vps_video_parameter_set_id
    .bits(2, 3) // base layer is here and available
    .bits(6, 0) // vps_max_layers_minus1
    .bits(3, 0) // vps_max_sub_layers_minus1
    .flag(true) // temporal_id_nesting
    .bits(16, 0xffff);
  profileTierLevel(writer);
  subLayerOrdering(writer, animated);
  writer.bits(6, 0) // vps_max_layer_id
    .golomb(0) // vps_num_layer_sets_minus1
    .flag(false) // timing
    .flag(false); // extension
  return closed(NAL.VPS, writer);
}

function sequenceParameterSet(sequence: Sequence): Uint8Array {
  const { chroma, bitDepth, parameters } = sequence;
  const { width, height } = codedSize(sequence.size, parameters.log2MinCodingBlock);
  const writer = new BitWriter()
    .bits(4, 0) // sps_video_parameter_set_id
    .bits(3, 0) // sps_max_sub_layers_minus1
    .flag(true); // temporal_id_nesting
  profileTierLevel(writer);
  writer.golomb(0) // sps_seq_parameter_set_id
    .golomb(chroma);
  if (chroma === 3) writer.flag(false); // separate_colour_plane
  writer.golomb(width)
    .golomb(height)
    .flag(false) // conformance_window
    .golomb(bitDepth - 8)
    .golomb(bitDepth - 8)
    .golomb(4); // log2_max_pic_order_cnt_lsb_minus4
  subLayerOrdering(writer, sequence.animated);
  writer.golomb(parameters.log2MinCodingBlock - 3)
    .golomb(parameters.log2CodingBlockRange)
    .golomb(parameters.log2MinTransformBlock - 2)
    .golomb(parameters.log2TransformBlockRange)
    .golomb(parameters.maxTransformDepthIntra) // inter: BPG has one depth for both
    .golomb(parameters.maxTransformDepthIntra)
    .flag(false) // scaling_list
    .flag(true) // amp
    .flag(parameters.sampleAdaptiveOffset);
  writePcm(writer, parameters.pcm);
  writer.golomb(0) // num_short_term_ref_pic_sets
    .flag(false) // long_term_ref_pics
    .flag(true) // temporal_mvp
    .flag(parameters.strongIntraSmoothing)
    .flag(false); // vui
  writeExtension(writer, parameters.extension);
  return closed(NAL.SPS, writer);
}

/** Profile 4 (range extensions), level 8.5: what fits every BPG file; decoders allocate by size. */
function profileTierLevel(writer: BitWriter): void {
  writer.bits(2, 0) // profile_space
    .flag(false) // tier
    .bits(5, 4)
    .bits(32, 2 ** 27) // compatible with profile 4
    .bits(4, 0b1011) // progressive, not interlaced, non-packed, frames only
    .bits(32, 0)
    .bits(12, 0)
    .bits(8, 255);
}

function subLayerOrdering(writer: BitWriter, animated: boolean): void {
  writer.flag(true) // for all sub-layers
    .golomb(animated ? 1 : 0) // max_dec_pic_buffering_minus1
    .golomb(0) // max_num_reorder_pics
    .golomb(0); // max_latency_increase
}

/** Adds rbsp_trailing_bits and the NAL header. */
function closed(type: number, writer: BitWriter): Uint8Array {
  return wrapNal(type, writer.flag(true).toBytes());
}

/** What an encoder's SPS says, as far as BPG keeps or fixes it. */
export interface EncodedSequence {
  readonly size: ImageSize;
  readonly chroma: number;
  readonly parameters: CodingParameters;
}

/**
 * Reads the SPS that an encoder wrote, and holds it to the values that BPG fixes.
 *
 * Reading ends with strong_intra_smoothing: VUI is dropped by BPG, and x265 writes no extension.
 *
 * @throws {CodecError} When the stream cannot be stored as BPG.
 */
export function readEncodedSequence(nal: Uint8Array): EncodedSequence {
  const reader = new BitReader(unwrapNal(nal), "sequence parameter set");
  const fixed = (name: string, value: number | boolean, wanted: number | boolean): void => {
    if (value !== wanted) {
      throw new CodecError(`BPG wants ${name} = ${wanted} in a stream; the encoder wrote ${value}`);
    }
  };
  fixed("sps_video_parameter_set_id", reader.bits(4), 0);
  fixed("sps_max_sub_layers_minus1", reader.bits(3), 0);
  reader.bits(1 + 32 + 32 + 32); // nesting, profile_tier_level
  fixed("sps_seq_parameter_set_id", reader.golomb(), 0);
  const chroma = reader.golomb();
  if (chroma === 3) fixed("separate_colour_plane_flag", reader.flag(), false);
  const size = { width: reader.golomb(), height: reader.golomb() };
  fixed("conformance_window_flag", reader.flag(), false);
  fixed("bit_depth_luma_minus8", reader.golomb(), 0);
  fixed("bit_depth_chroma_minus8", reader.golomb(), 0);
  fixed("log2_max_pic_order_cnt_lsb_minus4", reader.golomb(), 4);
  reader.flag(); // sub_layer_ordering_info: one sub-layer either way
  for (let i = 0; i < 3; i++) reader.golomb();
  const blocks = {
    log2MinCodingBlock: reader.golomb() + 3,
    log2CodingBlockRange: reader.golomb(),
    log2MinTransformBlock: reader.golomb() + 2,
    log2TransformBlockRange: reader.golomb(),
  };
  const interDepth = reader.golomb();
  const maxTransformDepthIntra = reader.golomb();
  fixed("max_transform_hierarchy_depth_inter", interDepth, maxTransformDepthIntra);
  fixed("scaling_list_enabled_flag", reader.flag(), false);
  fixed("amp_enabled_flag", reader.flag(), true);
  const sampleAdaptiveOffset = reader.flag();
  fixed("pcm_enabled_flag", reader.flag(), false);
  fixed("num_short_term_ref_pic_sets", reader.golomb(), 0);
  fixed("long_term_ref_pics_present_flag", reader.flag(), false);
  fixed("sps_temporal_mvp_enabled_flag", reader.flag(), true);
  const strongIntraSmoothing = reader.flag();
  const parameters: CodingParameters = {
    ...blocks,
    maxTransformDepthIntra,
    sampleAdaptiveOffset,
    pcm: null,
    strongIntraSmoothing,
    extension: null,
  };
  return { size, chroma, parameters };
}
