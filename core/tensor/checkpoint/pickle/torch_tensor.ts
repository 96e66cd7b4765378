/**
 * A tensor as PyTorch saves it: a window with strides onto a storage that several may share.
 *
 * @module
 */
import { type DType, DTYPE_BYTES } from "../dtype.ts";
import { elementCount, formatShape } from "../shape.ts";
import { PickleObject } from "./value.ts";

/** Elements that a tensor may have beyond those of its storage, by strides of 0. */
const MAX_EXPANDED = 1 << 20;

/** Numbers in a row, kept outside the pickle. */
export class TorchStorage extends PickleObject {
  constructor(
    /** Name of its record. */
    readonly key: string,
    readonly dtype: DType,
    readonly elements: number,
  ) {
    super();
  }

  override get title(): string {
    return `storage ${JSON.stringify(this.key)}`;
  }

  /** Bytes it must have. */
  get bytes(): number {
    return this.elements * DTYPE_BYTES[this.dtype];
  }
}

/** A tensor that has not been read. Offset and strides count elements. */
export class TorchTensor extends PickleObject {
  constructor(
    readonly storage: TorchStorage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {
    super();
  }

  override get title(): string {
    return `a tensor ${this.dtype}${formatShape(this.shape)}`;
  }

  get dtype(): DType {
    return this.storage.dtype;
  }

  /** Elements of the storage from the first to the last that is used. */
  get span(): number {
    if (elementCount(this.shape) === 0) return 0;
    return this.shape.reduce((sum, size, axis) => sum + (size - 1) * this.#stride(axis), 1);
  }

  /** Whether its elements stand in the storage without gaps, rows first. */
  get isContiguous(): boolean {
    let expected = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      const size = this.shape[axis] as number;
      if (size !== 1 && this.#stride(axis) !== expected) return false;
      expected *= size;
    }
    return true;
  }

  /** What is impossible about it, or undefined. */
  get fault(): string | undefined {
    const { shape, strides, offset, storage } = this;
    const count = elementCount(shape);
    if (Number.isNaN(count)) return `its shape ${formatShape(shape)} is none`;
    const possible = strides.every((stride) => Number.isSafeInteger(stride) && stride >= 0);
    if (strides.length !== shape.length || !possible) {
      return `its strides ${formatShape(strides)} do not belong to shape ${formatShape(shape)}`;
    }
    if (!Number.isSafeInteger(offset) || offset < 0) return `its offset is ${offset}`;
    if (offset + this.span > storage.elements) {
      return `it ends at element ${offset + this.span}; its storage has ${storage.elements}`;
    }
    if (count > Math.max(MAX_EXPANDED, storage.elements)) {
      return `its ${count} elements are repeats of the ${storage.elements} in its storage`;
    }
    return undefined;
  }

  /**
   * Elements in the order of the shape, as bytes.
   *
   * @param bytes The storage from `offset` on, `span` elements.
   */
  gather(bytes: Uint8Array): Uint8Array {
    if (this.isContiguous) return bytes;
    const size = DTYPE_BYTES[this.dtype];
    const gathered = new Uint8Array(elementCount(this.shape) * size);
    const index = new Array<number>(this.shape.length).fill(0);
    for (let to = 0, from = 0; to < gathered.length; to += size) {
      for (let byte = 0; byte < size; byte++) {
        gathered[to + byte] = bytes[from * size + byte] as number;
      }
      from += this.#advance(index);
    }
    return gathered;
  }

  /** Counts the index up by one element. Returns how far that is in the storage. */
  #advance(index: number[]): number {
    let step = 0;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      if (next < (this.shape[axis] as number)) {
        index[axis] = next;
        return step + this.#stride(axis);
      }
      step -= (next - 1) * this.#stride(axis);
      index[axis] = 0;
    }
    return step;
  }

  #stride(axis: number): number {
    return this.strides[axis] as number;
  }
}
