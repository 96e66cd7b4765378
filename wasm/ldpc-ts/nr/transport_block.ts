/**
 * The coding chain of DL-SCH and UL-SCH for one transport block: CRC, segmentation, encoding, rate
 * matching, concatenation (TS 38.212, clauses 7.2 and 6.2), and its inverse with soft combining.
 *
 * @module
 */
import { crc, crcHolds, crcLength, type CrcName } from "../crc.ts";
import { type DecodeOptions, decoderSettings } from "../decoder/options.ts";
import { type BitsPerSymbol, requireModulation } from "../modulation/constellation.ts";
import type { BlockCode, LdpcCode } from "../qc/block_code.ts";
import {
  requireBits,
  requireFloats,
  requireInteger,
  requireNumber,
  requireOneOf,
} from "../validate.ts";
import { nrBlock, softBufferLength } from "./code.ts";
import type { RedundancyVersion } from "./rate_matching.ts";
import {
  requireExact,
  segment,
  type Segmentation,
  segmentation,
  selectBaseGraph,
} from "./segmentation.ts";

/** A transport block and the resources it gets. */
export interface TransportBlockOptions {
  /** A: bits without CRC, such that equal code blocks result; see `fittingBlockSize`. */
  readonly size: number;
  /** R: target rate of the MCS; it decides the base graph only. */
  readonly codeRate: number;
  /** G: coded bits available, a multiple of layers * bitsPerSymbol. */
  readonly codedBits: number;
  /** Qm */
  readonly bitsPerSymbol: BitsPerSymbol;
  /** Default 1. */
  readonly layers?: 1 | 2 | 3 | 4;
  /** Default 0. */
  readonly rv?: RedundancyVersion;
  /** TBS_LBRM: limits the circular buffer to TBS_LBRM / (C * 2/3) bits a block. Default: no limit. */
  readonly limitedBufferSize?: number;
}

/** One code block as the receiver sees it. */
export interface ReceivedBlock {
  /** As in `DecodeResult`. */
  readonly converged: boolean;
  /** Iterations done. */
  readonly iterations: number;
  /** CRC 24B of the block; of the whole transport block when it is the only one. */
  readonly intact: boolean;
}

/** A decoded transport block. */
export interface ReceivedTransportBlock {
  /** u8[size], also when damaged. */
  readonly bits: Uint8Array;
  /** CRC of the transport block, and of all its code blocks. */
  readonly intact: boolean;
  /** Its code blocks, in order. */
  readonly blocks: readonly ReceivedBlock[];
}

/** LLRs of all transmissions of one transport block so far (HARQ). */
export class SoftBuffer {
  /** f32[C][columns * Z] in codeword order. */
  readonly blocks: readonly Float32Array[];

  /** An empty buffer for the code blocks of a transport block. */
  constructor(plan: Segmentation) {
    const length = softBufferLength(plan.baseGraph, plan.liftingSize);
    this.blocks = Array.from({ length: plan.blocks }, () => new Float32Array(length));
  }
}

/** The chain for one set of options; keeps its index lists, so make it once and use it often. */
export class TransportBlockCoder {
  /** How the transport block is cut. */
  readonly segmentation: Segmentation;
  /** CRC of the transport block: 24A above 3824 bits, else 16. */
  readonly crcName: CrcName;
  /** One code per code block, in order; blocks of equal E share one. */
  readonly codes: readonly LdpcCode[];
  readonly #codes: readonly BlockCode[];
  readonly #options: TransportBlockOptions;

  /**
   * Chooses graph, segmentation and rate matching.
   *
   * @throws {RangeError} Naming the argument that does not fit.
   */
  constructor(options: TransportBlockOptions) {
    const { size, codeRate, codedBits, bitsPerSymbol, layers = 1, rv = 0 } = options;
    requireInteger("size", size, 1, 2 ** 30);
    requireNumber("codeRate", codeRate, 1e-3, 1);
    requireModulation(bitsPerSymbol);
    requireOneOf("layers", layers, [1, 2, 3, 4]);
    requireInteger("codedBits", codedBits, 1, 2 ** 30);
    this.#options = options;
    this.crcName = size > 3824 ? "24A" : "16";
    this.segmentation = segmentation(
      size + crcLength(this.crcName),
      selectBaseGraph(size, codeRate),
    );
    requireExact(this.segmentation);
    const { baseGraph, liftingSize, messageBits, blocks } = this.segmentation;
    const nRef = bufferLimit(options.limitedBufferSize, blocks);
    const bySize = new Map<number, BlockCode>();
    this.#codes = blockSizes(codedBits, blocks, layers * bitsPerSymbol).map((sentBits) => {
      const code = bySize.get(sentBits) ?? nrBlock({
        baseGraph,
        liftingSize,
        k: messageBits,
        n: sentBits,
        rv,
        bitsPerSymbol,
        ...(nRef === undefined ? {} : { nRef }),
      });
      bySize.set(sentBits, code);
      return code;
    });
    this.codes = this.#codes;
  }

  /**
   * Encodes a transport block.
   *
   * @param bits u8[size], one bit a byte.
   * @returns u8[codedBits]
   */
  encode(bits: Uint8Array): Uint8Array {
    const { size, codedBits } = this.#options;
    requireBits("bits", bits, size);
    const withCrc = concatenate([bits, crc(this.crcName, bits)]);
    const blocks = segment(withCrc, this.segmentation.baseGraph);
    const coded = new Uint8Array(codedBits);
    let at = 0;
    for (const [index, code] of this.#codes.entries()) {
      const block = blocks[index] as Uint8Array;
      coded.set(code.encode(block.subarray(0, code.k)), at);
      at += code.n;
    }
    return coded;
  }

  /**
   * Decodes a transport block. One that fails its CRC is a result, not an error.
   *
   * @param llrs f32[codedBits], positive means bit 0.
   * @param combined Earlier transmissions, to which this one is added in place.
   */
  decode(
    llrs: Float32Array,
    options?: DecodeOptions,
    combined?: SoftBuffer,
  ): ReceivedTransportBlock {
    const settings = decoderSettings(options);
    requireFloats("llrs", llrs, this.#options.codedBits);
    const { blocks, crcBits } = this.segmentation;
    if (combined && combined.blocks.length !== blocks) {
      throw new RangeError(`soft buffer: ${blocks} blocks; got ${combined.blocks.length}`);
    }
    const parts: Uint8Array[] = [];
    const received: ReceivedBlock[] = [];
    let at = 0;
    for (const [index, code] of this.#codes.entries()) {
      const part = llrs.subarray(at, at += code.n);
      const soft = combined?.blocks[index];
      const { bits, converged, iterations } = soft
        ? code.decodeCombined(part, soft, settings)
        : code.decode(part, settings);
      const intact = crcBits === 0 || (crcHolds("24B", bits) && !isNothing(bits, converged));
      received.push({ converged, iterations, intact });
      parts.push(bits.subarray(0, bits.length - crcBits));
    }
    return this.#finish(concatenate(parts), received);
  }

  #finish(withCrc: Uint8Array, blocks: readonly ReceivedBlock[]): ReceivedTransportBlock {
    const converged = blocks.every((block) => block.converged);
    const whole = crcHolds(this.crcName, withCrc) && !isNothing(withCrc, converged);
    return {
      bits: withCrc.subarray(0, this.#options.size),
      intact: whole && blocks.every((block) => block.intact),
      blocks: blocks.length === 1 ? blocks.map((block) => ({ ...block, intact: whole })) : blocks,
    };
  }
}

/** Encodes one transport block: `size` is the number of bits given. */
export function encodeTransportBlock(
  bits: Uint8Array,
  options: Omit<TransportBlockOptions, "size">,
): Uint8Array {
  requireBits("bits", bits);
  return new TransportBlockCoder({ ...options, size: bits.length }).encode(bits);
}

/**
 * Decodes one transport block. A block that fails its CRC is a result, not an error.
 *
 * @param llrs f32[codedBits], positive means bit 0.
 * @param options Those of the encoder, the decoder's, and the soft buffer of earlier transmissions.
 */
export function decodeTransportBlock(
  llrs: Float32Array,
  options: TransportBlockOptions & {
    readonly decoder?: DecodeOptions;
    readonly combined?: SoftBuffer;
  },
): ReceivedTransportBlock {
  return new TransportBlockCoder(options).decode(llrs, options.decoder, options.combined);
}

/**
 * Whether a decoder was left with nothing: all bits 0 because nothing decided them. A CRC that
 * starts at 0 holds for that.
 */
function isNothing(bits: Uint8Array, converged: boolean): boolean {
  return !converged && !bits.includes(1);
}

/** E of every code block: clause 5.4.2.1; the last ones are longer when G does not divide. */
function blockSizes(codedBits: number, blocks: number, unit: number): number[] {
  const units = codedBits / unit;
  if (!Number.isInteger(units) || units < blocks) {
    throw new RangeError(
      `codedBits: a multiple of layers * bitsPerSymbol = ${unit}, ` +
        `at least ${unit * blocks} for ${blocks} code blocks; got ${codedBits}`,
    );
  }
  const longer = units % blocks;
  return Array.from(
    { length: blocks },
    (_, block) => unit * (Math.floor(units / blocks) + (block >= blocks - longer ? 1 : 0)),
  );
}

/** Nref: clause 5.4.2.1, with the rate 2/3 of the limited buffer. */
function bufferLimit(limitedBufferSize: number | undefined, blocks: number): number | undefined {
  if (limitedBufferSize === undefined) return undefined;
  requireInteger("limitedBufferSize", limitedBufferSize, 1, 2 ** 31);
  return Math.floor(3 * limitedBufferSize / (2 * blocks));
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
