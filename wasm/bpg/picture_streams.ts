/**
 * The first picture of a BPG file as streams that a plain HEVC decoder reads: one for colour and,
 * where the file has one, one for the alpha or W plane.
 *
 * Source: BPG specification 0.9.5 (hevc_data; end of the first picture).
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";
import { BitReader } from "./bitstream.ts";
import { readCodingParameters } from "./coding_parameters.ts";
import { type BpgFile, type BpgHeader, Cursor, type PixelFormat } from "./container.ts";
import { annexB, inBaseLayer, isSlice, NAL, type NalUnit, nalUnits, startsPicture } from "./nal.ts";
import {
  buildParameterSets,
  type ChromaFormat,
  codedSize,
  type Sequence,
} from "./parameter_sets.ts";

/** A stream and what its decoded picture must look like. */
export interface PictureStream {
  /** Annex B, with parameter sets. */
  readonly annexB: Uint8Array;
  readonly chroma: ChromaFormat;
  readonly bitDepth: number;
  /** Of the coded picture, in luma samples. */
  readonly width: number;
  readonly height: number;
}

export interface PictureStreams {
  readonly colour: PictureStream;
  readonly alpha: PictureStream | null;
}

/** nuh_layer_id of the alpha or W plane. */
const ALPHA_LAYER = 1;

const CHROMA: Readonly<Record<PixelFormat, ChromaFormat>> = {
  "gray": 0,
  "420": 1,
  "422": 2,
  "444": 3,
  "420-mpeg2": 1,
  "422-mpeg2": 2,
};

/** chroma_format_idc of a pixel format. */
export function chromaFormat(format: PixelFormat): ChromaFormat {
  return CHROMA[format];
}

/**
 * Splits the HEVC data of a file.
 *
 * @throws {FormatError} When it is damaged or lacks the first picture.
 */
export function firstPicture({ header, hevc }: BpgFile): PictureStreams {
  const cursor = new Cursor(hevc);
  const alpha = header.alpha === "none" ? null : new Collector(sequence(header, 0, cursor));
  const colour = new Collector(sequence(header, chromaFormat(header.pixelFormat), cursor));
  for (const unit of nalUnits(cursor.rest(), { firstHasStartCode: false })) {
    const complete = colour.started && (alpha === null || alpha.started);
    if (complete && beginsNextPicture(unit)) break;
    (alpha && unit.layer === ALPHA_LAYER ? alpha : colour).add(unit);
  }
  for (const [stream, name] of [[colour, "colour"], [alpha, "alpha"]] as const) {
    if (stream && !stream.started) throw new FormatError(`BPG: the ${name} picture has no slice`);
  }
  return { colour: colour.finish(), alpha: alpha?.finish() ?? null };
}

function sequence(header: BpgHeader, chroma: ChromaFormat, cursor: Cursor): Sequence {
  const length = cursor.number("hevc_header_length");
  const reader = new BitReader(cursor.take(length, "HEVC header"), "HEVC header");
  const parameters = readCodingParameters(reader);
  const { bitDepth, animation } = header;
  return { size: header, chroma, bitDepth, parameters, animated: animation !== null };
}

function beginsNextPicture(unit: NalUnit): boolean {
  const { type } = unit;
  return isSlice(unit)
    ? startsPicture(unit)
    : type >= NAL.VPS && type <= NAL.ACCESS_UNIT_DELIMITER ||
      type === NAL.PREFIX_SEI || type >= NAL.FIRST_RESERVED;
}

/** Gathers the units of one stream behind its parameter sets. */
class Collector {
  started = false;
  readonly #units: Uint8Array[];

  constructor(private readonly sequence: Sequence) {
    this.#units = buildParameterSets(sequence);
  }

  add(unit: NalUnit): void {
    if (startsPicture(unit)) this.started = true;
    // A file must not replace the parameter sets that its header stands for.
    if (unit.type !== NAL.VPS && unit.type !== NAL.SPS) this.#units.push(inBaseLayer(unit));
  }

  finish(): PictureStream {
    const { chroma, bitDepth, size, parameters } = this.sequence;
    const coded = codedSize(size, parameters.log2MinCodingBlock);
    return { annexB: annexB(this.#units), chroma, bitDepth, ...coded };
  }
}
