/**
 * NAL units: splitting an Annex B stream, and the bytes that prevent false start codes.
 *
 * Source: ITU-T H.265, clauses 7.3.1 and Annex B; BPG specification 0.9.5 (hevc_data).
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";

/** nal_unit_type values that BPG treats specially (H.265, table 7-1). */
export const NAL = {
  LAST_SLICE_OF_NON_IRAP: 9,
  FIRST_IRAP: 16,
  LAST_IRAP: 21,
  VPS: 32,
  SPS: 33,
  PPS: 34,
  ACCESS_UNIT_DELIMITER: 35,
  PREFIX_SEI: 39,
  FIRST_RESERVED: 41,
} as const;

/** One NAL unit with its two-byte header, emulation prevention bytes in place. */
export interface NalUnit {
  readonly type: number;
  readonly layer: number;
  readonly bytes: Uint8Array;
}

const START_CODE = Uint8Array.of(0, 0, 1);
/** Before parameter sets and the first unit of a picture (zero_byte of Annex B). */
const LONG_START_CODE = Uint8Array.of(0, 0, 0, 1);

/** Whether the unit carries a slice of a picture. */
export function isSlice({ type }: NalUnit): boolean {
  return type <= NAL.LAST_SLICE_OF_NON_IRAP || (type >= NAL.FIRST_IRAP && type <= NAL.LAST_IRAP);
}

/** Whether a slice is the first of its picture: first_slice_segment_in_pic_flag. */
export function startsPicture(unit: NalUnit): boolean {
  return isSlice(unit) && ((unit.bytes[2] as number) & 0x80) !== 0;
}

/**
 * The NAL units of an Annex B stream, lazily, as views into it.
 *
 * @param options.firstHasStartCode False for the data of a BPG file, which leaves it out.
 * @throws {FormatError} When a start code is missing or a unit is shorter than three bytes.
 */
export function* nalUnits(
  stream: Uint8Array,
  options: { firstHasStartCode: boolean },
): Generator<NalUnit> {
  let start = options.firstHasStartCode ? afterStartCode(stream, 0) : 0;
  while (start < stream.length) {
    const end = nextStartCode(stream, start);
    const bytes = stream.subarray(start, end);
    if (bytes.length < 3) throw new FormatError("BPG: a NAL unit is truncated");
    const [first, second] = bytes as unknown as [number, number];
    yield { type: (first >> 1) & 63, layer: ((first & 1) << 5) | (second >> 3), bytes };
    if (end === stream.length) return;
    start = afterStartCode(stream, end);
  }
}

/** Position of the next 00 00 01 or 00 00 00 01, or the end. */
function nextStartCode(stream: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const zero = stream.indexOf(0, at);
    if (zero < 0 || zero + 2 >= stream.length) return stream.length;
    if (stream[zero + 1] !== 0) at = zero + 2;
    else if (stream[zero + 2] === 1) return zero;
    else if (stream[zero + 2] === 0 && stream[zero + 3] === 1) return zero;
    else at = zero + 1;
  }
}

function afterStartCode(stream: Uint8Array, at: number): number {
  if (stream[at] === 0 && stream[at + 1] === 0) {
    if (stream[at + 2] === 1) return at + 3;
    if (stream[at + 2] === 0 && stream[at + 3] === 1) return at + 4;
  }
  throw new FormatError("BPG: a NAL unit begins without a start code");
}

/**
 * A NAL unit of layer 0 from its payload bits: header, trailing bits are the caller's, emulation
 * prevention (00 00 0x becomes 00 00 03 0x).
 */
export function wrapNal(type: number, payload: Uint8Array): Uint8Array {
  const bytes = [type << 1, 1];
  let zeros = 0;
  for (const byte of payload) {
    if (zeros >= 2 && byte <= 3) {
      bytes.push(3);
      zeros = 0;
    }
    bytes.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Uint8Array.from(bytes);
}

/** The payload of a NAL unit: without its header and without emulation prevention bytes. */
export function unwrapNal(unit: Uint8Array): Uint8Array {
  const payload: number[] = [];
  let zeros = 0;
  for (const byte of unit.subarray(2)) {
    const prevention = zeros >= 2 && byte === 3;
    if (!prevention) payload.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Uint8Array.from(payload);
}

/** The same unit in layer 0, as a decoder of one layer expects it. */
export function inBaseLayer(unit: NalUnit): Uint8Array {
  const bytes = unit.bytes.slice();
  bytes[0] = (bytes[0] as number) & 0xfe;
  bytes[1] = (bytes[1] as number) & 0x07;
  return bytes;
}

/** An Annex B stream: each unit behind a four-byte start code. */
export function annexB(units: readonly Uint8Array[]): Uint8Array {
  return concatenate(units.flatMap((unit) => [LONG_START_CODE, unit]));
}

/** Units as BPG stores them: three-byte start codes, and none before the first. */
export function bpgData(units: readonly Uint8Array[]): Uint8Array {
  return concatenate(units.flatMap((unit, index) => index === 0 ? [unit] : [START_CODE, unit]));
}

/** Several byte arrays as one. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
