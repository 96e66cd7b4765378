/**
 * Base graph selection and code block segmentation: TS 38.212, clauses 6.2.2, 7.2.2 and 5.2.2.
 *
 * @module
 */
import { crc } from "../crc.ts";
import { requireBits, requireInteger, requireNumber, requireOneOf } from "../validate.ts";
import { type BaseGraph, GRAPHS, LIFTING_SIZES } from "./lifting.ts";

/** How a transport block with its CRC is cut. Letters as in clause 5.2.2. */
export interface Segmentation {
  /** 1 or 2. */
  readonly baseGraph: BaseGraph;
  /** B: transport block and its CRC. */
  readonly totalBits: number;
  /** C: code blocks. */
  readonly blocks: number;
  /** L: CRC bits of a code block, 24, or 0 when there is only one block. */
  readonly crcBits: number;
  /** K': bits of a block with its CRC, without fillers. */
  readonly messageBits: number;
  /** Zc */
  readonly liftingSize: number;
  /** K: bits of a block with its fillers, 22 Zc or 10 Zc. */
  readonly blockBits: number;
  /** F = K - K'. */
  readonly fillerBits: number;
  /**
   * False when B' does not divide by C. The transport block sizes of TS 38.214 never lead there
   * and the standard leaves it open; `messageBits` is then rounded up.
   */
  readonly exact: boolean;
}

/**
 * The base graph for a transport block.
 *
 * @param size A: bits of the transport block without its CRC.
 * @param codeRate R: the target rate of the MCS table, not the effective one.
 */
export function selectBaseGraph(size: number, codeRate: number): BaseGraph {
  requireInteger("size", size, 1, Number.MAX_SAFE_INTEGER);
  requireNumber("codeRate", codeRate, 0, 1);
  return size <= 292 || (size <= 3824 && codeRate <= 0.67) || codeRate <= 0.25 ? 2 : 1;
}

/** Number of systematic columns that carry message bits, Kb; clause 5.2.2. */
function messageColumns(baseGraph: BaseGraph, totalBits: number): number {
  if (baseGraph === 1) return 22;
  if (totalBits > 640) return 10;
  if (totalBits > 560) return 9;
  return totalBits > 192 ? 8 : 6;
}

/**
 * How B bits (transport block and CRC) are cut into code blocks.
 *
 * @throws {RangeError} When B is not a positive integer or the graph is neither 1 nor 2.
 */
export function segmentation(totalBits: number, baseGraph: BaseGraph): Segmentation {
  requireOneOf("baseGraph", baseGraph, [1, 2]);
  requireInteger("totalBits", totalBits, 1, 2 ** 31);
  const most = GRAPHS[baseGraph].maxBlockBits;
  const single = totalBits <= most;
  const crcBits = single ? 0 : 24;
  const blocks = single ? 1 : Math.ceil(totalBits / (most - crcBits));
  const coded = totalBits + blocks * crcBits;
  const messageBits = Math.ceil(coded / blocks);
  const columns = messageColumns(baseGraph, totalBits);
  const liftingSize = LIFTING_SIZES.find((size) => columns * size >= messageBits) as number;
  const blockBits = GRAPHS[baseGraph].systematicColumns * liftingSize;
  return {
    baseGraph,
    totalBits,
    blocks,
    crcBits,
    messageBits,
    liftingSize,
    blockBits,
    fillerBits: blockBits - messageBits,
    exact: coded % blocks === 0,
  };
}

/**
 * Cuts B bits into code blocks, each with its CRC 24B (when there are several) and its fillers,
 * which are 0 for the encoder; the CRC does not cover them.
 *
 * @returns C blocks of K bits, one bit a byte.
 * @throws {RangeError} When the bits cannot be cut into equal blocks.
 */
export function segment(bits: Uint8Array, baseGraph: BaseGraph): Uint8Array[] {
  requireBits("bits", bits);
  const plan = segmentation(bits.length, baseGraph);
  requireExact(plan);
  const payload = plan.messageBits - plan.crcBits;
  return Array.from({ length: plan.blocks }, (_, index) => {
    const part = bits.subarray(index * payload, (index + 1) * payload);
    const block = new Uint8Array(plan.blockBits);
    block.set(part);
    if (plan.crcBits > 0) block.set(crc("24B", part), payload);
    return block;
  });
}

/** Refuses a segmentation into unequal blocks. */
export function requireExact(plan: Segmentation): void {
  if (plan.exact) return;
  const { totalBits, blocks } = plan;
  const fitting = Math.ceil(totalBits / blocks) * blocks;
  throw new RangeError(
    `transport block with CRC: a number of bits that ${blocks} equal code blocks hold, ` +
      `such as ${fitting}; got ${totalBits}`,
  );
}
