/**
 * LDPC coding of a whole 802.11n packet (PPDU): how many codewords of which length, and how they
 * are shortened, punctured or repeated to fill whole OFDM symbols. IEEE 802.11-2012, clause
 * 20.3.11.7.5. All comparisons are made in integers; letters as in the clause.
 *
 * @module
 */
import type { DecodeOptions, DecodeResult } from "../decoder/options.ts";
import { BlockCode } from "../qc/block_code.ts";
import { requireBits, requireFloats, requireInteger } from "../validate.ts";
import type { WifiLength, WifiRate } from "./base_matrices.ts";
import { rateFraction, wifiMatrix } from "./code.ts";

/** A packet before coding. */
export interface PpduOptions {
  /** k / n of the codewords. */
  readonly rate: WifiRate;
  /** Npld: bits of SERVICE field and PSDU, 8 * length + 16. */
  readonly dataBits: number;
  /** NCBPS: coded bits per OFDM symbol. */
  readonly bitsPerOfdmSymbol: number;
  /** m_STBC = 2 with space-time block coding. Default false. */
  readonly stbc?: boolean;
}

/** The numbers that the clause computes. */
export interface PpduParameters {
  /** Navbits: coded bits sent. */
  readonly codedBits: number;
  /** NCW */
  readonly codewords: number;
  /** LLDPC */
  readonly codewordLength: WifiLength;
  /** Nshrt: zeros in front of encoding that are not sent, over all codewords. */
  readonly shortened: number;
  /** Npunc: parity bits not sent. */
  readonly punctured: number;
  /** Nrep: bits sent again. */
  readonly repeated: number;
  /** Whether the puncturing rule asked for one more symbol (two with STBC). */
  readonly extraSymbol: boolean;
}

/** A packet's coder. */
export interface Ppdu extends PpduParameters {
  /**
   * Codes a packet.
   *
   * @param bits u8[dataBits]
   * @returns u8[codedBits]
   */
  encode(bits: Uint8Array): Uint8Array;
  /**
   * Decodes a packet.
   *
   * @param llrs f32[codedBits], positive means bit 0.
   * @returns One result per codeword.
   */
  decode(llrs: Float32Array, options?: DecodeOptions): DecodeResult[];
}

/** The numbers of a packet. */
export function ppduParameters(options: PpduOptions): PpduParameters {
  const { rate, dataBits, bitsPerOfdmSymbol, stbc = false } = options;
  const [p, q] = rateFraction(rate);
  requireInteger("dataBits", dataBits, 1, 2 ** 24);
  requireInteger("bitsPerOfdmSymbol", bitsPerOfdmSymbol, 1, 2 ** 16);
  const step = bitsPerOfdmSymbol * (stbc ? 2 : 1);
  const available = step * Math.ceil(dataBits * q / (step * p));
  const [codewords, codewordLength] = codewordsFor(available, dataBits, p, q);
  const total = codewords * codewordLength;
  const message = total / q * p;
  const shortened = Math.max(0, message - dataBits);
  const puncture = (bits: number): number => Math.max(0, total - bits - shortened);
  // Both sides times 10 q, or 5 (q - p): no fractions.
  const parity = total * (q - p);
  const punctured = puncture(available);
  const extraSymbol =
    (10 * q * punctured > parity && 5 * shortened * (q - p) < 6 * punctured * p) ||
    10 * q * punctured > 3 * parity;
  const codedBits = available + (extraSymbol ? step : 0);
  return {
    codedBits,
    codewords,
    codewordLength,
    shortened,
    punctured: puncture(codedBits),
    repeated: Math.max(0, codedBits - (total - message) - dataBits),
    extraSymbol,
  };
}

/** Table 20-16: number and length of the codewords. */
function codewordsFor(
  available: number,
  dataBits: number,
  p: number,
  q: number,
): [number, WifiLength] {
  const reaches = (excess: number): boolean => q * available >= q * dataBits + excess * (q - p);
  if (available <= 648) return [1, reaches(912) ? 1296 : 648];
  if (available <= 1296) return [1, reaches(1464) ? 1944 : 1296];
  if (available <= 1944) return [1, 1944];
  if (available <= 2592) return [2, reaches(2916) ? 1944 : 1296];
  return [Math.ceil(dataBits * q / (1944 * p)), 1944];
}

/** The coder of a packet. */
export function wifiPpdu(options: PpduOptions): Ppdu {
  const parameters = ppduParameters(options);
  const blocks = blocksOf(parameters, options.rate);
  return {
    ...parameters,
    encode(bits: Uint8Array): Uint8Array {
      requireBits("bits", bits, options.dataBits);
      const coded = new Uint8Array(parameters.codedBits);
      let from = 0, to = 0;
      for (const block of blocks) {
        coded.set(block.encode(bits.subarray(from, from + block.k)), to);
        from += block.k;
        to += block.n;
      }
      return coded;
    },
    decode(llrs: Float32Array, decoding?: DecodeOptions): DecodeResult[] {
      requireFloats("llrs", llrs, parameters.codedBits);
      let from = 0;
      return blocks.map((block) => {
        const result = block.decode(llrs.subarray(from, from + block.n), decoding);
        from += block.n;
        return result;
      });
    },
  };
}

/** One code per codeword; the first ones take one bit more of each remainder. */
function blocksOf(parameters: PpduParameters, rate: WifiRate): BlockCode[] {
  const { codewords, codewordLength, shortened, punctured, repeated } = parameters;
  const matrix = wifiMatrix(codewordLength, rate);
  const message = matrix.systematicColumns * matrix.liftingSize;
  const share = (total: number, word: number): number =>
    Math.floor(total / codewords) + (word < total % codewords ? 1 : 0);
  return Array.from({ length: codewords }, (_, word) => {
    const data = message - share(shortened, word);
    const once = data + codewordLength - message - share(punctured, word);
    const sent = Uint16Array.from({ length: once + share(repeated, word) }, (_, i) => {
      const bit = i % once;
      return bit < data ? bit : bit - data + message;
    });
    return new BlockCode(matrix, data, sent);
  });
}
