/**
 * Transport block sizes: TS 38.214, clause 5.1.3.2.
 *
 * @module
 */
import { requireInteger, requireNumber } from "../validate.ts";
import { segmentation, selectBaseGraph } from "./segmentation.ts";

/** Table 5.1.3.2-1: sizes for at most 3824 information bits. */
// deno-fmt-ignore
export const SMALL_SIZES: readonly number[] = [
  24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120, 128, 136, 144, 152, 160, 168, 176, 184,
  192, 208, 224, 240, 256, 272, 288, 304, 320, 336, 352, 368, 384, 408, 432, 456, 480, 504, 528,
  552, 576, 608, 640, 672, 704, 736, 768, 808, 848, 888, 928, 984, 1032, 1064, 1128, 1160, 1192,
  1224, 1256, 1288, 1320, 1352, 1416, 1480, 1544, 1608, 1672, 1736, 1800, 1864, 1928, 2024, 2088,
  2152, 2216, 2280, 2408, 2472, 2536, 2600, 2664, 2728, 2792, 2856, 2976, 3104, 3240, 3368, 3496,
  3624, 3752, 3824,
];

/** What is allocated to a transport block. */
export interface Allocation {
  /** Resource elements for data in one resource block; more than 156 count as 156. */
  readonly resourceElements: number;
  /** Allocated resource blocks. */
  readonly resourceBlocks: number;
  /** Qm */
  readonly bitsPerSymbol: number;
  /** R of the MCS table, in (0, 1). */
  readonly codeRate: number;
  /** Default 1. */
  readonly layers?: number;
}

/** The transport block size in bits for an allocation. */
export function transportBlockSize(allocation: Allocation): number {
  const { resourceElements, resourceBlocks, bitsPerSymbol, codeRate, layers = 1 } = allocation;
  requireInteger("resourceElements", resourceElements, 1, 168);
  requireInteger("resourceBlocks", resourceBlocks, 1, 275);
  requireInteger("bitsPerSymbol", bitsPerSymbol, 1, 10);
  requireInteger("layers", layers, 1, 8);
  const elements = Math.min(156, resourceElements) * resourceBlocks;
  return sizeForInformation(elements * codeRate * bitsPerSymbol * layers, codeRate);
}

/**
 * The transport block size for Ninfo intermediate information bits (not necessarily an integer).
 *
 * @param codeRate R of the MCS table, in (0, 1).
 */
export function sizeForInformation(information: number, codeRate: number): number {
  requireNumber("information", information, 1e-9, 2 ** 31);
  requireNumber("codeRate", codeRate, 1e-9, 1);
  return information <= 3824 ? smallSize(information) : largeSize(information, codeRate);
}

function smallSize(information: number): number {
  const step = 2 ** Math.max(3, Math.floor(Math.log2(information)) - 6);
  const quantised = Math.max(24, step * Math.floor(information / step));
  return SMALL_SIZES.find((size) => size >= quantised) as number;
}

function largeSize(information: number, codeRate: number): number {
  const step = 2 ** (Math.floor(Math.log2(information - 24)) - 5);
  // Math.round takes ties up, as the clause wants.
  const quantised = Math.max(3840, step * Math.round((information - 24) / step));
  const most = codeRate <= 1 / 4 ? 3816 : quantised > 8424 ? 8424 : Infinity;
  const blocks = Math.max(1, Math.ceil((quantised + 24) / most));
  return 8 * blocks * Math.ceil((quantised + 24) / (8 * blocks)) - 24;
}

/**
 * The smallest whole number of bytes, in bits, that holds a payload and cuts into equal code
 * blocks: for payloads that are no transport block of the standard, such as a file.
 *
 * @param bits Payload without CRC.
 * @param codeRate R, which decides the base graph.
 */
export function fittingBlockSize(bits: number, codeRate: number): number {
  requireInteger("bits", bits, 1, 2 ** 30);
  for (let size = 8 * Math.ceil(bits / 8);; size += 8) {
    const total = size + (size > 3824 ? 24 : 16);
    if (segmentation(total, selectBaseGraph(size, codeRate)).exact) return size;
  }
}
