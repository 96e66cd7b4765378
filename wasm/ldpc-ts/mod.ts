/**
 * LDPC coding of 5G NR (TS 38.212) and 802.11n: encoding, rate matching, transport blocks,
 * modulation, soft demapping and decoding.
 *
 * Everywhere: one bit a byte, index 0 first; LLR = ln P(0) / P(1), so positive means bit 0; symbols
 * are re and im interleaved with unit mean power; N0 is the noise variance per complex symbol.
 *
 * @example A code block over a noiseless channel
 * ```ts
 * import { demap, modulate, nrCode } from "ldpc-ts";
 * import { assertEquals } from "@std/assert";
 *
 * const code = nrCode({ k: 100, n: 200, bitsPerSymbol: 2 });
 * const message = Uint8Array.from({ length: 100 }, (_, i) => i % 3 === 0 ? 1 : 0);
 * const symbols = modulate(code.encode(message), 2);
 * const llrs = demap(symbols, { bitsPerSymbol: 2, noiseVariance: 0.5 });
 * assertEquals(code.decode(llrs).bits, message);
 * ```
 *
 * @module
 */
export { bitsToBytes, bytesToBits } from "./bits.ts";
export { crc, crcHolds, crcLength, type CrcName } from "./crc.ts";
export type {
  Algorithm,
  BatchResult,
  DecodeOptions,
  DecodeResult,
  Schedule,
} from "./decoder/options.ts";
export type { BitsPerSymbol } from "./modulation/constellation.ts";
export { demap, type DemapOptions } from "./modulation/demap.ts";
export { modulate } from "./modulation/modulate.ts";
export {
  type NrBaseCode,
  nrBaseCode,
  type NrBaseCodeOptions,
  type NrCode,
  nrCode,
  type NrCodeOptions,
} from "./nr/code.ts";
export { type BaseGraph, LIFTING_SIZES, liftingSet } from "./nr/lifting.ts";
export { type Mcs, mcs, type McsTable, mcsTable } from "./nr/mcs.ts";
export {
  bitSelection,
  rateMatch,
  type RateMatching,
  rateRecover,
  type RedundancyVersion,
} from "./nr/rate_matching.ts";
export { segment, type Segmentation, segmentation, selectBaseGraph } from "./nr/segmentation.ts";
export {
  decodeTransportBlock,
  encodeTransportBlock,
  type ReceivedBlock,
  type ReceivedTransportBlock,
  SoftBuffer,
  TransportBlockCoder,
  type TransportBlockOptions,
} from "./nr/transport_block.ts";
export {
  type Allocation,
  fittingBlockSize,
  sizeForInformation,
  transportBlockSize,
} from "./nr/transport_block_size.ts";
export { type Engine, FILLER_LLR, type SentBlock } from "./decoder/engine.ts";
export type { DecodedWord } from "./decoder/int8_min_sum.ts";
export type { DecoderSettings } from "./decoder/options.ts";
export type { QuasiCyclicCode } from "./qc/quasi_cyclic.ts";
export { engine, fallbackReason } from "./kernel/load.ts";
export type { LdpcCode } from "./qc/block_code.ts";
export type { WifiLength, WifiRate } from "./wifi/base_matrices.ts";
export { type WifiCode, wifiCode, type WifiCodeOptions } from "./wifi/code.ts";
export {
  type Ppdu,
  type PpduOptions,
  type PpduParameters,
  ppduParameters,
  wifiPpdu,
} from "./wifi/ppdu.ts";
