/**
 * Types of stored numbers, by their names in safetensors, and how their bytes become arrays.
 *
 * Files are little-endian, and so are the typed arrays of every engine that runs WebAssembly at
 * speed, so bytes and arrays are the same memory where the alignment allows.
 *
 * @module
 */
import { OptionError } from "../../errors.ts";

/** Bytes of one number. */
export const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

/** Type of a stored number. */
export type DType = keyof typeof DTYPE_BYTES;

/** Numbers in memory. F16 and BF16 become Float32Array, which holds them exactly; BOOL is 0 or 1. */
export type TensorValues =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Whether a text names a type that can be read. */
export function isDType(name: unknown): name is DType {
  return typeof name === "string" && Object.hasOwn(DTYPE_BYTES, name);
}

/** Whether numbers of this type are floating-point. */
export function isFloat(dtype: DType): boolean {
  return dtype === "F16" || dtype === "BF16" || dtype === "F32" || dtype === "F64";
}

/**
 * The numbers in `bytes`, whose length must be a multiple of the number's size. Shares the memory
 * of `bytes` where type and alignment allow: treat it as read-only.
 */
export function decodeValues(bytes: Uint8Array, dtype: DType): TensorValues {
  const size = DTYPE_BYTES[dtype];
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const count = bytes.byteLength / size;
  switch (dtype) {
    case "BOOL":
    case "U8":
      return new Uint8Array(buffer, byteOffset, count);
    case "I8":
      return new Int8Array(buffer, byteOffset, count);
    case "I16":
      return new Int16Array(buffer, byteOffset, count);
    case "U16":
      return new Uint16Array(buffer, byteOffset, count);
    case "I32":
      return new Int32Array(buffer, byteOffset, count);
    case "U32":
      return new Uint32Array(buffer, byteOffset, count);
    case "I64":
      return new BigInt64Array(buffer, byteOffset, count);
    case "U64":
      return new BigUint64Array(buffer, byteOffset, count);
    case "F64":
      return new Float64Array(buffer, byteOffset, count);
    case "F32":
      return new Float32Array(buffer, byteOffset, count);
    case "F16":
      return new Float32Array(new Float16Array(buffer, byteOffset, count));
    case "BF16":
      return fromBfloat16(new Uint16Array(buffer, byteOffset, count));
  }
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length);
  const words = new Uint32Array(floats.buffer);
  for (let i = 0; i < halves.length; i++) words[i] = (halves[i] as number) << 16;
  return floats;
}

/** Types that an array can be stored as; the first is its own. */
export function storableAs(values: TensorValues): readonly DType[] {
  if (values instanceof Float32Array) return ["F32", "F16"];
  if (values instanceof Float64Array) return ["F64"];
  if (values instanceof Int8Array) return ["I8"];
  if (values instanceof Uint8Array) return ["U8", "BOOL"];
  if (values instanceof Int16Array) return ["I16"];
  if (values instanceof Uint16Array) return ["U16"];
  if (values instanceof Int32Array) return ["I32"];
  if (values instanceof Uint32Array) return ["U32"];
  return values instanceof BigInt64Array ? ["I64"] : ["U64"];
}

/**
 * The bytes of an array stored as `dtype`. float32 becomes float16 by rounding to the nearest, ties
 * to even; shares memory in every other case.
 *
 * @throws {OptionError} When the array cannot be stored so.
 */
export function encodeValues(values: TensorValues, dtype: DType): Uint8Array {
  const possible = storableAs(values);
  if (!possible.includes(dtype)) {
    throw new OptionError(
      `dtype: ${values.constructor.name} is stored as ${possible.join(" or ")}; got ${dtype}`,
    );
  }
  const stored = dtype === "F16" ? new Float16Array(values as Float32Array) : values;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}
