/**
 * What the receiver must know beside the symbols: the rate of every position and the power factor.
 *
 *     coded:       power (8 bits) | check (8 bits) | rate map, see rate_map_code.ts
 *     fixed rate:  power (8 bits) | check (8 bits)
 *     published:   4 bits a position are counted; the power factor is known for nothing
 *
 * All of it is integers, sent and not computed twice, so that transmitter and receiver need not agree
 * in any sum of a network.
 *
 * @module
 */
import { BitWriter } from "../bits.ts";
import type { SideInformation } from "../codec.ts";
import { type RateMapShape, readRateMap, writeRateMap } from "./rate_map_code.ts";

/** How side information is told. */
export interface SideFormat {
  /** `coded`: entropy coded; `published`: 4 bits a position, as the published code counts. */
  readonly accounting: "coded" | "published";
  /** `byte`: told and paid for; `free`: known exactly for nothing, to see what the byte is worth. */
  readonly power: "byte" | "free";
  /** Whether there is one rate for all, which the number of symbols says. */
  readonly fixed: boolean;
}

/** What is told: rate indices, and the scale of the symbols before their power was normed. */
export interface SideContent {
  readonly indices: Uint8Array;
  readonly scale: number;
}

const FACTOR_BITS = 8, CHECK_BITS = 8;
const PUBLISHED_BITS = 4;
/* The power factor 1 / scale: 256 steps of a quarter of a decibel from -32 dB. */
const FACTOR_STEP_DB = 0.25, FACTOR_LOW_DB = -32, MOST_FACTOR = 255;

/** Writes the side information of a picture. */
export function writeSide(
  { indices, scale }: SideContent,
  shape: RateMapShape,
  format: SideFormat,
): SideInformation {
  const body = new BitWriter();
  const published = format.accounting === "published";
  if (published) { for (const index of indices) body.write(index, PUBLISHED_BITS); }
  else if (!format.fixed) writeRateMap(indices, shape, body);
  if (published || format.power === "free") {
    // The simulator carries the exact scale ahead of the bits that count.
    const bytes = new Uint8Array(4 + Math.ceil(body.length / 8));
    new DataView(bytes.buffer).setFloat32(0, scale);
    bytes.set(body.toBytes(), 4);
    return { bytes, bits: body.length };
  }
  const bits = new BitWriter(), factor = factorByte(scale), map = body.toBytes();
  bits.write(factor, FACTOR_BITS);
  bits.write(check(factor, map), CHECK_BITS);
  const bytes = new Uint8Array(bits.toBytes().length + map.length);
  bytes.set(bits.toBytes());
  bytes.set(map, bits.toBytes().length);
  return { bytes, bits: bits.length + body.length };
}

/**
 * Reads side information; undefined when it is not what {@linkcode writeSide} gives.
 *
 * @param fixedIndex The rate of all positions where there is but one.
 */
export function readSide(
  bytes: Uint8Array,
  shape: RateMapShape,
  format: SideFormat,
  fixedIndex: number,
): SideContent | undefined {
  const published = format.accounting === "published";
  const exact = published || format.power === "free";
  const header = exact ? 4 : (FACTOR_BITS + CHECK_BITS) / 8;
  if (bytes.length < header) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const factor = view.getUint8(0), scale = exact ? view.getFloat32(0) : scaleOf(factor);
  if (!exact && view.getUint8(1) !== check(factor, bytes.subarray(header))) return undefined;
  if (!(scale >= 0 && scale < Infinity)) return undefined;
  return { indices: indicesOf(bytes.subarray(header), shape, format, fixedIndex), scale };
}

function indicesOf(
  body: Uint8Array,
  shape: RateMapShape,
  { accounting, fixed }: SideFormat,
  fixedIndex: number,
): Uint8Array {
  const positions = shape.height * shape.width;
  if (accounting === "published") {
    return Uint8Array.from(
      { length: positions },
      (_, position) =>
        Math.min(
          ((body[position >> 1] ?? 0) >>> (position % 2 ? 0 : 4)) & 15,
          shape.rates - 1,
        ),
    );
  }
  return fixed ? new Uint8Array(positions).fill(fixedIndex) : readRateMap(body, 0, shape);
}

/** The scale that the receiver will know. */
export function knownScale(scale: number, { accounting, power }: SideFormat): number {
  if (accounting === "published" || power === "free") return Math.fround(scale);
  return scaleOf(factorByte(scale));
}

function factorByte(scale: number): number {
  const step = Math.round((-20 * Math.log10(scale) - FACTOR_LOW_DB) / FACTOR_STEP_DB);
  return Math.min(MOST_FACTOR, Math.max(0, step));
}

function scaleOf(byte: number): number {
  return 10 ** (-(FACTOR_LOW_DB + FACTOR_STEP_DB * byte) / 20);
}

/** CRC-8 of the factor and the map, x^8 + x^2 + x + 1, so that damage is seen as an outage. */
function check(factor: number, map: Uint8Array): number {
  let register = 0xff;
  for (const byte of [factor, ...map]) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      register = ((register << 1) ^ (register & 0x80 ? 0x107 : 0)) & 0xff;
    }
  }
  return register;
}
