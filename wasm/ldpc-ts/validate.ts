/**
 * Checks of arguments. Every refusal is a RangeError (a value) or a TypeError (a kind of thing)
 * whose text names the argument, what was wanted and what came.
 *
 * @module
 */

/** Refuses what is not an integer in [least, most]. */
export function requireInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name}: an integer from ${least} to ${most}; got ${show(value)}`);
  }
}

/** Refuses what is not a finite number in [least, most]. */
export function requireNumber(name: string, value: number, least: number, most: number): void {
  if (typeof value !== "number" || !(value >= least && value <= most)) {
    throw new RangeError(`${name}: a number from ${least} to ${most}; got ${show(value)}`);
  }
}

/** Refuses what is not one of a few values. */
export function requireOneOf<T>(name: string, value: T, known: readonly T[]): void {
  if (!known.includes(value)) {
    throw new RangeError(`${name}: one of ${known.map(show).join(", ")}; got ${show(value)}`);
  }
}

/** Refuses anything but a Uint8Array of `length` bytes (any length when undefined). */
export function requireBytes(name: string, bits: Uint8Array, length?: number): void {
  if (!(bits instanceof Uint8Array)) {
    throw new TypeError(`${name}: a Uint8Array, one bit a byte; got ${show(bits)}`);
  }
  requireLength(name, bits.length, length, "bits");
}

/** Refuses anything but a Uint8Array of `length` bytes (any length when undefined), each 0 or 1. */
export function requireBits(name: string, bits: Uint8Array, length?: number): void {
  requireBytes(name, bits, length);
  let seen = 0;
  for (let i = 0; i < bits.length; i++) seen |= bits[i] as number;
  if (seen > 1) {
    const at = bits.findIndex((bit) => bit > 1);
    throw new RangeError(`${name}: bits 0 or 1, one a byte; got ${bits[at]} at index ${at}`);
  }
}

/** Refuses anything but a Float32Array of `length` values. */
export function requireFloats(name: string, values: Float32Array, length?: number): void {
  if (!(values instanceof Float32Array)) {
    throw new TypeError(`${name}: a Float32Array; got ${show(values)}`);
  }
  requireLength(name, values.length, length, "values");
}

/** Refuses values that are NaN or infinite. */
export function requireFinite(name: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i] as number)) {
      throw new RangeError(`${name}: finite numbers; got ${values[i]} at index ${i}`);
    }
  }
}

function requireLength(
  name: string,
  actual: number,
  wanted: number | undefined,
  unit: string,
): void {
  if (wanted !== undefined && actual !== wanted) {
    throw new RangeError(`${name}: ${wanted} ${unit}; got ${actual}`);
  }
}

function show(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "object" && value !== null) return value.constructor?.name ?? "an object";
  return String(value);
}
