/**
 * Weights in the safetensors format: names, shapes and little-endian numbers, nothing that runs.
 *
 * Source: huggingface/safetensors, README, "Format".
 * Deviation: headers above 4 MiB are refused, and so are tensors that do not begin at a multiple of
 * their number's size (no writer in use makes them).
 *
 * @module
 */
import { OptionError } from "../../errors.ts";
import {
  decodeValues,
  type DType,
  DTYPE_BYTES,
  encodeValues,
  isFloat,
  storableAs,
  type TensorValues,
} from "./dtype.ts";
import { type HeaderEntry, MAX_HEADER_BYTES, readHeader } from "./safetensors_header.ts";
import { elementCount, formatShape, sameShape } from "./shape.ts";
import { quoted, unreadable } from "./unreadable.ts";

/** What a file says about one tensor. */
export interface TensorInfo {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** An open safetensors file. Numbers are touched only when asked for. */
export class Safetensors {
  /** Name, for messages. */
  readonly file: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly #bytes: Uint8Array;
  readonly #entries: ReadonlyMap<string, HeaderEntry>;

  /** Use {@linkcode readSafetensors}. */
  constructor(bytes: Uint8Array, file: string) {
    const { entries, metadata } = readHeader(bytes, file);
    this.file = file;
    this.metadata = metadata;
    this.#bytes = bytes;
    this.#entries = new Map(entries.map((entry) => [entry.name, entry]));
  }

  /** All tensors, in the order of the file. */
  get tensors(): ReadonlyMap<string, TensorInfo> {
    return this.#entries;
  }

  /**
   * The numbers of a tensor, rows first. Shares the file's memory where type and alignment allow
   * (F16 and BF16 are copied into float32): treat it as read-only.
   *
   * @throws {FormatError} When the file has no tensor of this name.
   */
  values(name: string): TensorValues {
    const { begin, end, dtype } = this.#entry(name);
    return decodeValues(this.#bytes.subarray(begin, end), dtype);
  }

  /**
   * The numbers of a floating-point tensor as float32; F64 is rounded.
   *
   * @param shape What the network wants; nothing wanted: any.
   * @throws {FormatError} When the tensor is not there, is no floating-point one (int8 weights need
   * their scale: `readWeights` of quantised.ts), or has another shape.
   */
  floats(name: string, shape?: readonly number[]): Float32Array {
    const entry = this.#entry(name);
    if (!isFloat(entry.dtype)) {
      throw unreadable(this.file, `${quoted(name)} is ${entry.dtype}; floating-point is wanted`);
    }
    if (shape && !sameShape(shape, entry.shape)) {
      throw unreadable(
        this.file,
        `${quoted(name)} has shape ${formatShape(entry.shape)}; ${formatShape(shape)} is wanted`,
      );
    }
    const values = this.values(name);
    return values instanceof Float32Array ? values : Float32Array.from(values as Float64Array);
  }

  #entry(name: string): HeaderEntry {
    const entry = this.#entries.get(name);
    if (!entry) throw unreadable(this.file, `it has no tensor ${quoted(name)}`);
    return entry;
  }
}

/**
 * Opens a safetensors file. Only the header is read; the tensors are views into `bytes`.
 *
 * @param file Its name, for messages.
 * @throws {FormatError} When it is damaged: lengths, overlaps, holes, duplicates, misalignment.
 */
export function readSafetensors(bytes: Uint8Array, file: string): Safetensors {
  return new Safetensors(bytes, file);
}

/** A tensor to be stored. */
export interface TensorToWrite {
  readonly shape: readonly number[];
  readonly values: TensorValues;
  /** Stored type; by default the array's own. Float32Array can also be stored as F16. */
  readonly dtype?: DType;
}

/**
 * Writes a safetensors file. The same tensors give the same bytes, in whatever order they come:
 * large numbers first (so that all are aligned), then by name.
 *
 * @throws {OptionError} When numbers do not fill the shape, are not finite, become infinite as F16
 * (above 65,504), or cannot be stored as asked.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, TensorToWrite>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array<ArrayBuffer> {
  const stored = [...tensors].map(([name, tensor]) => toStored(name, tensor));
  stored.sort((a, b) => DTYPE_BYTES[b.dtype] - DTYPE_BYTES[a.dtype] || byCodePoint(a.name, b.name));
  const parts: string[] = [];
  if (metadata.size > 0) {
    const sorted = [...metadata].sort(([a], [b]) => byCodePoint(a, b));
    const members = sorted.map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`);
    parts.push(`"__metadata__":{${members.join(",")}}`);
  }
  let end = 0;
  for (const { name, dtype, shape, bytes } of stored) {
    const begin = end;
    end += bytes.length;
    const entry = { dtype, shape, data_offsets: [begin, end] };
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`); // a name such as "7" keeps its place
  }
  return assemble(`{${parts.join(",")}}`, stored.map(({ bytes }) => bytes), end);
}

interface StoredTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

function toStored(name: string, { shape, values, dtype }: TensorToWrite): StoredTensor {
  if (name === "__metadata__") throw new OptionError(`a tensor cannot be named "${name}"`);
  if (!name.isWellFormed()) throw new OptionError(`${quoted(name)}: a name in Unicode is wanted`);
  if (elementCount(shape) !== values.length) {
    throw new OptionError(
      `${quoted(name)}: shape ${formatShape(shape)} is not filled by ${values.length} values`,
    );
  }
  const type = dtype ?? storableAs(values)[0] as DType;
  const bytes = encodeValues(values, type);
  if (isFloat(type) && !allFinite(decodeValues(bytes, type))) {
    throw new OptionError(`${quoted(name)}: it has values that are not finite as ${type}`);
  }
  return { name, dtype: type, shape, bytes };
}

function allFinite(values: TensorValues): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** Header padded with spaces to a multiple of 8, then the numbers. */
function assemble(
  header: string,
  parts: readonly Uint8Array[],
  size: number,
): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > MAX_HEADER_BYTES) {
    throw new OptionError(
      `a safetensors header has at most ${MAX_HEADER_BYTES} bytes; these tensors need ${length}`,
    );
  }
  const file = new Uint8Array(8 + length + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8, 8 + length);
  file.set(text, 8);
  let at = 8 + length;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** Python's order of texts, so that both writers agree; JavaScript's own compares UTF-16 units. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = (left[i]?.codePointAt(0) as number) - (right[i]?.codePointAt(0) as number);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
