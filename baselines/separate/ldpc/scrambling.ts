/**
 * Scrambling of coded bits: makes every bit equally likely whatever was sent (padding, headers), so
 * that symbols have unit power on average.
 *
 * Source: 3GPP TS 38.211, clauses 7.3.1.1 and 5.2.1 (length-31 Gold sequence).
 *
 * @module
 */

/** c_init for RNTI 1, codeword 0, n_ID 0. */
const C_INIT = 1 << 15;
/** Nc: where the sequence begins. */
const SKIP = 1600;

let known = new Uint8Array(0);

/** The first `length` bits of the sequence, one a byte. */
export function scramblingSequence(length: number): Uint8Array {
  if (known.length < length) known = goldSequence(C_INIT, Math.max(length, 2 * known.length));
  return known.subarray(0, length);
}

/** c(n) = x1(n + Nc) + x2(n + Nc) mod 2. */
export function goldSequence(cInit: number, length: number): Uint8Array<ArrayBuffer> {
  // bit i of a register holds x(n + i)
  let x1 = 1, x2 = cInit;
  const sequence = new Uint8Array(length);
  for (let n = 0; n < SKIP + length; n++) {
    if (n >= SKIP) sequence[n - SKIP] = (x1 ^ x2) & 1;
    const next1 = ((x1 >> 3) ^ x1) & 1;
    const next2 = ((x2 >> 3) ^ (x2 >> 2) ^ (x2 >> 1) ^ x2) & 1;
    x1 = (x1 >>> 1) | (next1 << 30);
    x2 = (x2 >>> 1) | (next2 << 30);
  }
  return sequence;
}

/** Adds the sequence to bits, in place. */
export function scramble(bits: Uint8Array): Uint8Array {
  const sequence = scramblingSequence(bits.length);
  for (let at = 0; at < bits.length; at++) {
    bits[at] = (bits[at] as number) ^ (sequence[at] as number);
  }
  return bits;
}

/** Takes the sequence off LLRs (positive means bit 0), in place. */
export function descramble(llrs: Float32Array): Float32Array {
  const sequence = scramblingSequence(llrs.length);
  for (let at = 0; at < llrs.length; at++) {
    if (sequence[at] === 1) llrs[at] = -(llrs[at] as number);
  }
  return llrs;
}
