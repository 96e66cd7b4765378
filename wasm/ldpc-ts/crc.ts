/**
 * Cyclic redundancy checks of TS 38.212, clause 5.1.
 *
 * The register starts at 0, nothing is reflected or inverted; the parity bit of the highest power
 * is sent first. The check over message and parity together is 0.
 *
 * @module
 */
import { requireBits, requireOneOf } from "./validate.ts";

/** Names of the six generators, as in clause 5.1. */
export type CrcName = "24A" | "24B" | "24C" | "16" | "11" | "6";

interface Generator {
  readonly length: number;
  /** Coefficients below the leading term. */
  readonly polynomial: number;
}

const GENERATORS: Readonly<Record<CrcName, Generator>> = {
  "24A": { length: 24, polynomial: 0x864cfb },
  "24B": { length: 24, polynomial: 0x800063 },
  "24C": { length: 24, polynomial: 0xb2b117 },
  "16": { length: 16, polynomial: 0x1021 },
  "11": { length: 11, polynomial: 0x621 },
  "6": { length: 6, polynomial: 0x21 },
};

const tables = new Map<CrcName, Uint32Array>();

/** Number of parity bits of a generator. */
export function crcLength(name: CrcName): number {
  requireOneOf("CRC", name, Object.keys(GENERATORS) as CrcName[]);
  return GENERATORS[name].length;
}

/**
 * Parity bits of a message.
 *
 * @param bits The message, one bit a byte, first bit first; may be empty.
 * @returns 24, 16, 11 or 6 bits, one a byte, the highest power first.
 */
export function crc(name: CrcName, bits: Uint8Array): Uint8Array {
  const length = crcLength(name);
  requireBits("bits", bits);
  const remainder = divide(name, bits);
  return Uint8Array.from({ length }, (_, i) => remainder >>> (length - 1 - i) & 1);
}

/** Whether a message that ends in its parity bits is intact. */
export function crcHolds(name: CrcName, bitsAndParity: Uint8Array): boolean {
  requireOneOf("CRC", name, Object.keys(GENERATORS) as CrcName[]);
  requireBits("bits", bitsAndParity);
  return divide(name, bitsAndParity) === 0;
}

/** Remainder of bits * D^length by the generator: eight bits at a time, the rest one by one. */
function divide(name: CrcName, bits: Uint8Array): number {
  const { length, polynomial } = GENERATORS[name];
  const table = tableOf(name);
  const shift = 32 - length; // the register sits at the top of a 32-bit word
  const step = polynomial << shift;
  const whole = bits.length & ~7;
  let register = 0;
  for (let i = 0; i < whole; i += 8) {
    let byte = 0;
    for (let j = i; j < i + 8; j++) byte = byte << 1 | (bits[j] as number);
    register = register << 8 ^ (table[register >>> 24 ^ byte] as number);
  }
  for (let i = whole; i < bits.length; i++) {
    const out = register >>> 31 ^ (bits[i] as number);
    register = register << 1 ^ (out ? step : 0);
  }
  return register >>> shift;
}

function tableOf(name: CrcName): Uint32Array {
  let table = tables.get(name);
  if (!table) {
    const { length, polynomial } = GENERATORS[name];
    const step = polynomial << (32 - length);
    table = Uint32Array.from({ length: 256 }, (_, byte) => {
      let register = byte << 24;
      for (let bit = 0; bit < 8; bit++) register = register << 1 ^ (register < 0 ? step : 0);
      return register;
    });
    tables.set(name, table);
  }
  return table;
}
