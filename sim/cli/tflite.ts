/**
 * Reads quantised layers out of a TensorFlow Lite model. Nothing in it is executed.
 *
 * A model is a FlatBuffer: tables whose fields are found through a table of offsets, vectors with
 * their length in front.
 *
 * Source: FlatBuffers, "Internals"; TensorFlow, `lite/schema/schema.fbs`.
 *
 * @module
 */
import { FormatError } from "../../core/errors.ts";

/** A convolution or matrix product with int8 weights. */
export interface QuantisedLayer {
  readonly kind: "convolution" | "depthwise" | "matrix";
  /** As stored: [out, height, width, in], [1, height, width, channels], [out, in]. */
  readonly shape: readonly number[];
  readonly weight: Int8Array;
  /** One a channel out: value = weight * scale. */
  readonly scale: Float32Array;
  /** int32 times its own scale. */
  readonly bias: Float32Array;
}

const KINDS: Readonly<Record<number, QuantisedLayer["kind"]>> = {
  3: "convolution",
  4: "depthwise",
  9: "matrix",
};
const INT32 = 2, INT8 = 9;

/**
 * The layers of a model's first graph, in the order in which they are computed.
 *
 * @throws {FormatError} When it is no such model, is damaged, or its weights are of other types.
 */
export function readTflite(bytes: Uint8Array, file: string): QuantisedLayer[] {
  try {
    return layersOf(new Table(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, true));
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`"${file}": ${error.message}`);
    if (error instanceof RangeError) {
      throw new FormatError(`"${file}" is damaged: an offset leads out of it`);
    }
    throw error;
  }
}

function layersOf(model: Table): QuantisedLayer[] {
  const codes = model.tables(1).map((code) => Math.max(code.int8(0), code.int32(3)));
  const [graph] = model.tables(2), buffers = model.tables(4);
  if (!graph) throw new FormatError("a model with a graph is wanted");
  const tensors = graph.tables(0);
  return graph.tables(3).flatMap((operator) => {
    const kind = KINDS[codes[operator.int32(0)] ?? -1];
    if (!kind) return [];
    const [, weight, bias] = [...operator.int32s(1)].map((index) => tensors[index]);
    if (!weight || !bias) throw new FormatError("a layer with weight and bias is wanted");
    return [layerOf(kind, weight, bias, buffers)];
  });
}

function layerOf(
  kind: QuantisedLayer["kind"],
  weight: Table,
  bias: Table,
  buffers: readonly Table[],
): QuantisedLayer {
  const data = (tensor: Table): Uint8Array<ArrayBuffer> => {
    const buffer = buffers[tensor.int32(2)];
    if (!buffer) throw new FormatError("a tensor without numbers");
    return buffer.bytes(0);
  };
  if (weight.int8(1) !== INT8 || bias.int8(1) !== INT32) {
    throw new FormatError("int8 weights and int32 biases are wanted");
  }
  const shape = [...weight.int32s(0)], values = new Int8Array(data(weight).buffer);
  const whole = new Int32Array(data(bias).buffer), biasScale = bias.table(4)?.float32s(2);
  const stored = weight.table(4)?.float32s(2);
  const out = (kind === "depthwise" ? shape[3] : shape[0]) ?? 0;
  const isWhole = values.length === shape.reduce((product, length) => product * length, 1);
  if (!stored || !biasScale || !isWhole || whole.length !== out) {
    throw new FormatError("weights, biases and scales that belong together are wanted");
  }
  const each = (scales: Float32Array, channel: number): number =>
    scales[scales.length === 1 ? 0 : channel] ?? NaN;
  const scale = Float32Array.from({ length: out }, (_, channel) => each(stored, channel));
  const floats = Float32Array.from(whole, (value, channel) => value * each(biasScale, channel));
  if (![...scale, ...floats].every(Number.isFinite)) {
    throw new FormatError("a scale for each channel is wanted");
  }
  return { kind, shape, weight: values, scale, bias: floats };
}

/** A table of a FlatBuffer. Fields that are absent have the value 0, as the format says. */
class Table {
  readonly #view: DataView;
  readonly #at: number;

  /** @param isReference Whether at `at` there is not the table but the distance to it. */
  constructor(view: DataView, at: number, isReference: boolean) {
    this.#view = view;
    this.#at = isReference ? at + view.getUint32(at, true) : at;
  }

  int8(field: number): number {
    const at = this.#field(field);
    return at === undefined ? 0 : this.#view.getInt8(at);
  }

  int32(field: number): number {
    const at = this.#field(field);
    return at === undefined ? 0 : this.#view.getInt32(at, true);
  }

  table(field: number): Table | undefined {
    const at = this.#field(field);
    return at === undefined ? undefined : new Table(this.#view, at, true);
  }

  tables(field: number): Table[] {
    const { start, length } = this.#vector(field, 4);
    return Array.from({ length }, (_, index) => new Table(this.#view, start + 4 * index, true));
  }

  int32s(field: number): Int32Array {
    return new Int32Array(this.#numbers(field, 4).buffer);
  }

  float32s(field: number): Float32Array {
    return new Float32Array(this.#numbers(field, 4).buffer);
  }

  bytes(field: number): Uint8Array<ArrayBuffer> {
    return this.#numbers(field, 1);
  }

  #numbers(field: number, size: number): Uint8Array<ArrayBuffer> {
    const { start, length } = this.#vector(field, size);
    const { buffer, byteOffset } = this.#view;
    return new Uint8Array(buffer, byteOffset + start, length * size).slice();
  }

  #vector(field: number, size: number): { start: number; length: number } {
    const at = this.#field(field);
    if (at === undefined) return { start: 0, length: 0 };
    const vector = at + this.#view.getUint32(at, true), length = this.#view.getUint32(vector, true);
    if (vector + 4 + length * size > this.#view.byteLength) throw new RangeError("vector");
    return { start: vector + 4, length };
  }

  /** Where a field stands: the table begins with the distance back to its table of offsets. */
  #field(field: number): number | undefined {
    const offsets = this.#at - this.#view.getInt32(this.#at, true);
    const entry = 4 + 2 * field;
    if (entry >= this.#view.getUint16(offsets, true)) return undefined;
    const distance = this.#view.getUint16(offsets + entry, true);
    return distance === 0 ? undefined : this.#at + distance;
  }
}
