/**
 * One picture's message over one block of symbols, for each family of codes.
 *
 *     file -> frame -> transport block: CRC, code blocks, LDPC, rate matching -> QAM symbols
 *
 * NR: the chain of DL-SCH (TS 38.212, clause 7.2), rv 0, one layer, with the bit interleaver; the
 * transport block is as large as the MCS's code rate allows for the coded bits, in whole bytes and
 * equal code blocks.
 * Deviation: it is not rounded to the table of transport block sizes of TS 38.214, whose steps would
 * cost up to 3 % of the rate.
 *
 * 802.11n: a PPDU (IEEE 802.11-2012, 20.3.11.7.5) with one symbol of the constellation as OFDM
 * symbol, a CRC 24A at the end of the data.
 *
 * @module
 */
import {
  crc,
  crcHolds,
  crcLength,
  type DecodeOptions,
  type Ppdu,
  type PpduOptions,
  ppduParameters,
  segmentation,
  selectBaseGraph,
  TransportBlockCoder,
  wifiPpdu,
  type WifiRate,
} from "ldpc-ts";
import type { Scheme } from "./modulation_coding.ts";

/** What a receiver has after decoding. */
export interface DecodedBlock {
  /** u8[size] also when damaged. */
  readonly bits: Uint8Array;
  /** Whether all CRCs hold. */
  readonly intact: boolean;
  /** Code blocks that did not converge or whose CRC fails. */
  readonly blocksLost: number;
  /** Mean over code blocks. */
  readonly iterations: number;
}

/** A transport for one scheme and one number of channel uses. */
export interface Transport {
  /** Message bits. */
  readonly size: number;
  readonly blocks: number;
  /** K': message bits of a code block, CRC included. */
  readonly blockBits: number;
  /** @param bits u8[size] @returns u8[coded bits], whole symbols. */
  encode(bits: Uint8Array): Uint8Array;
  decode(llrs: Float32Array, options: DecodeOptions): DecodedBlock;
}

/** The largest transport for so many channel uses; null when none fits. */
export function openTransport(scheme: Scheme, channelUses: number): Transport | null {
  return scheme.family === "nr"
    ? openNrTransport(scheme, channelUses)
    : openWifiTransport(scheme, channelUses);
}

/** Bits of CRC 24A and 16, by size: TS 38.212, clause 7.2.1. */
function crcBits(size: number): number {
  return size > 3824 ? 24 : 16;
}

function openNrTransport(scheme: Scheme, channelUses: number): Transport | null {
  const { bitsPerSymbol, codeRate } = scheme;
  const codedBits = channelUses * bitsPerSymbol;
  const size = largestSize(Math.floor(codedBits * codeRate), codeRate);
  if (size === null) return null;
  const coder = new TransportBlockCoder({ size, codeRate, codedBits, bitsPerSymbol });
  const { blocks, messageBits } = coder.segmentation;
  return {
    size,
    blocks,
    blockBits: messageBits,
    encode: (bits) => coder.encode(bits),
    decode(llrs, options) {
      const received = coder.decode(llrs, options);
      return {
        bits: received.bits,
        intact: received.intact,
        blocksLost: received.blocks.filter((block) => !(block.converged && block.intact)).length,
        iterations: mean(received.blocks.map((block) => block.iterations)),
      };
    },
  };
}

/** The largest number of bits, CRC of the block included in `bits`, with equal code blocks. */
function largestSize(bits: number, codeRate: number): number | null {
  for (let size = 8 * Math.floor((bits - 16) / 8); size >= 24; size -= 8) {
    const total = size + crcBits(size);
    if (total <= bits && segmentation(total, selectBaseGraph(size, codeRate)).exact) return size;
  }
  return null;
}

function openWifiTransport(scheme: Scheme, channelUses: number): Transport | null {
  const { bitsPerSymbol, rateName, codeRate } = scheme;
  const parityBits = crcLength("24A"), codedBits = channelUses * bitsPerSymbol;
  const options = (dataBits: number): PpduOptions => ({
    rate: rateName as WifiRate,
    dataBits,
    bitsPerOfdmSymbol: bitsPerSymbol,
  });
  let dataBits = Math.floor(codedBits * codeRate);
  // the puncturing rule may ask for one symbol more
  while (dataBits > parityBits && ppduParameters(options(dataBits)).codedBits > codedBits) {
    dataBits -= 8;
  }
  const size = dataBits - parityBits;
  if (size < 8) return null;
  const ppdu: Ppdu = wifiPpdu(options(dataBits));
  return {
    size,
    blocks: ppdu.codewords,
    blockBits: Math.ceil(dataBits / ppdu.codewords),
    encode(bits) {
      const data = new Uint8Array(dataBits);
      data.set(bits);
      data.set(crc("24A", bits), size);
      return ppdu.encode(data);
    },
    decode(llrs, decoding) {
      const words = ppdu.decode(llrs.subarray(0, ppdu.codedBits), decoding);
      const data = new Uint8Array(dataBits);
      let at = 0;
      for (const { bits } of words) {
        data.set(bits, at);
        at += bits.length;
      }
      const intact = crcHolds("24A", data) && words.every(({ converged }) => converged);
      return {
        bits: data.subarray(0, size),
        intact,
        blocksLost: words.filter(({ converged }) => !converged).length,
        iterations: mean(words.map(({ iterations }) => iterations)),
      };
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
