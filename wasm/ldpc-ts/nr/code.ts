/**
 * The LDPC codes of 5G NR as block codes.
 *
 * @module
 */
import type { BitsPerSymbol } from "../modulation/constellation.ts";
import { BlockCode, type LdpcCode } from "../qc/block_code.ts";
import { requireInteger } from "../validate.ts";
import { type BaseGraph, GRAPHS, liftedGraph, PUNCTURED_COLUMNS } from "./lifting.ts";
import { bitSelection, bufferBits, type RedundancyVersion } from "./rate_matching.ts";
import { segmentation, selectBaseGraph } from "./segmentation.ts";

/** Names a lifted base graph. */
export interface NrBaseCodeOptions {
  /** 1 or 2. */
  readonly baseGraph: BaseGraph;
  /** One of the 51 lifting sizes. */
  readonly liftingSize: number;
}

/** A base graph with all its parity. */
export interface NrBaseCode extends LdpcCode, NrBaseCodeOptions {}

/** A code block of k message bits in n sent bits. */
export interface NrCodeOptions {
  /** K', 1 to 8448. */
  readonly k: number;
  /** E; k / n is at most 0.95, there is no lower bound. */
  readonly n: number;
  /** Redundancy version, default 0. */
  readonly rv?: RedundancyVersion;
  /** Qm of the bit interleaver; must divide n. Default: no interleaver. */
  readonly bitsPerSymbol?: BitsPerSymbol;
  /** Nref of a limited circular buffer. Default: the whole buffer. */
  readonly nRef?: number;
}

/** A rate-matched code block. */
export interface NrCode extends LdpcCode, NrBaseCodeOptions {
  /** F, zeros behind the message that are encoded but not sent. */
  readonly fillers: number;
}

/** The highest effective rate that a receiver is asked to decode: TS 38.214, clause 5.1.3. */
const HIGHEST_RATE = 0.95;

/** Most sent bits: 16 Mi, beyond any use, so that a slip cannot fill the memory. */
const MOST_SENT = 2 ** 24;

class NrBlockCode extends BlockCode implements NrCode {
  constructor(
    readonly baseGraph: BaseGraph,
    readonly liftingSize: number,
    k: number,
    selection: Int32Array,
  ) {
    const punctured = PUNCTURED_COLUMNS * liftingSize;
    super(
      liftedGraph(baseGraph, liftingSize),
      k,
      Uint16Array.from(selection, (index) => index + punctured),
    );
  }

  get fillers(): number {
    return GRAPHS[this.baseGraph].systematicColumns * this.liftingSize - this.k;
  }
}

/**
 * A lifted base graph: k = 22 Z (graph 1) or 10 Z message bits, n = 66 Z or 50 Z coded bits, which
 * are d of TS 38.212, clause 5.3.2: the whole codeword but its first 2 Z bits.
 *
 * @throws {RangeError} When graph or lifting size are not of the standard.
 */
export function nrBaseCode(options: NrBaseCodeOptions): NrBaseCode {
  const { baseGraph, liftingSize } = options;
  const { columns, systematicColumns } = liftedGraph(baseGraph, liftingSize);
  const length = (columns - PUNCTURED_COLUMNS) * liftingSize;
  const all = Int32Array.from({ length }, (_, index) => index);
  return new NrBlockCode(baseGraph, liftingSize, systematicColumns * liftingSize, all);
}

/**
 * One code block without any CRC: base graph and lifting size as TS 38.212 chooses them for a
 * transport block of k bits at rate k / n, then rate matching.
 *
 * Deviation: 3825 to 3840 bits at a rate of at most 0.67 take graph 2, as the largest transport
 * block of graph 2 does, whose 3824 bits and CRC are a code block of 3840.
 *
 * Deviation: between 3841 and 8448 bits a rate of at most 1/4 would mean graph 2 and two blocks;
 * a single block that long only exists in graph 1, which is used, with repetition below rate 1/3.
 *
 * @throws {RangeError} Naming the argument that is outside the standard.
 */
export function nrCode(options: NrCodeOptions): NrCode {
  const { k, n } = options;
  requireInteger("k", k, 1, GRAPHS[1].maxBlockBits);
  requireInteger("n", n, Math.ceil(k / HIGHEST_RATE), MOST_SENT);
  const largestOfGraph2 = GRAPHS[2].maxBlockBits;
  const baseGraph = k > largestOfGraph2
    ? 1
    : selectBaseGraph(Math.min(k, largestOfGraph2 - 16), k / n);
  const { liftingSize } = segmentation(k, baseGraph);
  return nrBlock({ ...options, baseGraph, liftingSize });
}

/** A code block of a known graph and lifting size; a part of a transport block. */
export function nrBlock(options: NrCodeOptions & NrBaseCodeOptions): NrCode & BlockCode {
  const { k, n, baseGraph, liftingSize, rv, bitsPerSymbol, nRef } = options;
  const selection = bitSelection({
    baseGraph,
    liftingSize,
    messageBits: k,
    sentBits: n,
    ...(rv === undefined ? {} : { rv }),
    ...(bitsPerSymbol === undefined ? {} : { bitsPerSymbol }),
    ...(nRef === undefined ? {} : { nRef }),
  });
  return new NrBlockCode(baseGraph, liftingSize, k, selection);
}

/** Float32 values of a soft buffer that holds everything ever sent of a block. */
export function softBufferLength(baseGraph: BaseGraph, liftingSize: number): number {
  return bufferBits(baseGraph, liftingSize) + PUNCTURED_COLUMNS * liftingSize;
}
