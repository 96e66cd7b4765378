/**
 * Rate matching of a code block: bit selection from a circular buffer and bit interleaving,
 * TS 38.212, clauses 5.4.2.1 and 5.4.2.2, and its inverse with soft combining.
 *
 *     d:  systematic without its first 2 Zc | core parity | extension parity        N = 66 Zc | 50 Zc
 *                     ^^^^^ fillers K'-2Zc .. K-2Zc-1: skipped
 *         ^ k0 of rv 0       ^ rv 1        ^ rv 2                  ^ rv 3           wraps at Ncb
 *
 * @module
 */
import { type BitsPerSymbol, requireModulation } from "../modulation/constellation.ts";
import { FILLER_LLR } from "../decoder/engine.ts";
import { requireBits, requireFloats, requireInteger, requireOneOf } from "../validate.ts";
import { type BaseGraph, GRAPHS, liftingSet, PUNCTURED_COLUMNS } from "./lifting.ts";

/** Redundancy version. */
export type RedundancyVersion = 0 | 1 | 2 | 3;

/** What is sent of a code block. */
export interface RateMatching {
  /** 1 or 2. */
  readonly baseGraph: BaseGraph;
  /** Zc */
  readonly liftingSize: number;
  /** K': message bits with CRC, without fillers. */
  readonly messageBits: number;
  /** E: bits sent; beyond Ncb - F they repeat. */
  readonly sentBits: number;
  /** Default 0. */
  readonly rv?: RedundancyVersion;
  /** Qm of the bit interleaver; must divide `sentBits`. Default: no interleaver. */
  readonly bitsPerSymbol?: BitsPerSymbol;
  /** Nref of a limited circular buffer. Default: the whole buffer. */
  readonly nRef?: number;
}

/** Table 5.4.2.1-2: numerators over 66 (graph 1) and 50 (graph 2). */
const STARTS: Readonly<Record<BaseGraph, readonly [number, number, number, number]>> = {
  1: [0, 17, 33, 56],
  2: [0, 13, 25, 43],
};

/** N, the bits of the circular buffer: all columns of the graph but the two punctured ones. */
export function bufferBits(baseGraph: BaseGraph, liftingSize: number): number {
  return (GRAPHS[baseGraph].columns - PUNCTURED_COLUMNS) * liftingSize;
}

/**
 * Where each sent bit comes from.
 *
 * @returns i32[E]: index into d of every sent bit, in the order sent.
 * @throws {RangeError} When an argument is outside the standard, naming it.
 */
export function bitSelection(options: RateMatching): Int32Array {
  const { baseGraph, liftingSize, messageBits, sentBits, rv = 0, bitsPerSymbol, nRef } = options;
  requireOneOf("baseGraph", baseGraph, [1, 2]);
  liftingSet(liftingSize);
  const { systematicColumns, columns } = GRAPHS[baseGraph];
  requireInteger("messageBits", messageBits, 1, systematicColumns * liftingSize);
  requireInteger("sentBits", sentBits, 1, 2 ** 26);
  requireOneOf("rv", rv, [0, 1, 2, 3]);
  const whole = bufferBits(baseGraph, liftingSize);
  if (nRef !== undefined) requireInteger("nRef", nRef, 1, Number.MAX_SAFE_INTEGER);
  const buffer = Math.min(whole, nRef ?? whole);
  const punctured = PUNCTURED_COLUMNS * liftingSize;
  const fillersStart = Math.max(0, messageBits - punctured);
  const fillersEnd = systematicColumns * liftingSize - punctured;
  if (fillersStart === 0 && fillersEnd >= buffer) {
    throw new RangeError(`nRef: more than ${fillersEnd}, or only fillers are left; got ${nRef}`);
  }
  const numerator = STARTS[baseGraph][rv];
  const denominator = columns - PUNCTURED_COLUMNS;
  const start = Math.floor(numerator * buffer / (denominator * liftingSize)) * liftingSize;
  const selected = new Int32Array(sentBits);
  for (let sent = 0, at = start % buffer; sent < sentBits; at = at + 1 === buffer ? 0 : at + 1) {
    if (at < fillersStart || at >= fillersEnd) selected[sent++] = at;
  }
  return bitsPerSymbol === undefined ? selected : interleave(selected, bitsPerSymbol);
}

/** f[i + j Qm] = e[i E / Qm + j]: written by rows, read by columns. */
function interleave(selected: Int32Array, bitsPerSymbol: BitsPerSymbol): Int32Array {
  requireModulation(bitsPerSymbol);
  const symbols = selected.length / bitsPerSymbol;
  if (!Number.isInteger(symbols)) {
    throw new RangeError(
      `sentBits: a multiple of bitsPerSymbol ${bitsPerSymbol}; got ${selected.length}`,
    );
  }
  const sent = new Int32Array(selected.length);
  for (let bit = 0; bit < bitsPerSymbol; bit++) {
    for (let symbol = 0; symbol < symbols; symbol++) {
      sent[symbol * bitsPerSymbol + bit] = selected[bit * symbols + symbol] as number;
    }
  }
  return sent;
}

/**
 * The bits that are sent of an encoded block.
 *
 * @param encoded d: u8[N], as `nrBaseCode().encode` returns it.
 * @returns u8[E], one bit a byte.
 */
export function rateMatch(encoded: Uint8Array, options: RateMatching): Uint8Array {
  const selection = bitSelection(options);
  requireBits("encoded", encoded, bufferBits(options.baseGraph, options.liftingSize));
  const sent = new Uint8Array(selection.length);
  for (let i = 0; i < sent.length; i++) sent[i] = encoded[selection[i] as number] as number;
  return sent;
}

/**
 * Undoes {@linkcode rateMatch} on received LLRs: repeated bits are added up, bits that were not
 * sent get 0, fillers get {@linkcode FILLER_LLR}.
 *
 * @param llrs f32[E], positive means bit 0.
 * @param combined Result of an earlier transmission of the same block (any rv): the LLRs are added
 *   to it in place (HARQ). Default: a new buffer.
 * @returns f32[N]
 */
export function rateRecover(
  llrs: Float32Array,
  options: RateMatching,
  combined?: Float32Array,
): Float32Array {
  const selection = bitSelection(options);
  const { baseGraph, liftingSize, messageBits } = options;
  requireFloats("llrs", llrs, selection.length);
  const length = bufferBits(baseGraph, liftingSize);
  if (combined) requireFloats("combined", combined, length);
  const buffer = combined ?? new Float32Array(length);
  for (let i = 0; i < llrs.length; i++) {
    const at = selection[i] as number;
    buffer[at] = (buffer[at] as number) + (llrs[i] as number);
  }
  const punctured = PUNCTURED_COLUMNS * liftingSize;
  const fillersEnd = GRAPHS[baseGraph].systematicColumns * liftingSize - punctured;
  buffer.fill(FILLER_LLR, Math.max(0, messageBits - punctured), fillersEnd);
  return buffer;
}
