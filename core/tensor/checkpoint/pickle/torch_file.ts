/**
 * Reads the files that `torch.save` writes (`.pth`, `.pt`, `.pkl`): weights, training states, plain
 * data. Nothing in them is executed; tensors are read when asked for.
 *
 *     zip (since PyTorch 1.6):  NAME/data.pkl, NAME/data/KEY for each storage, NAME/version
 *     legacy:                   four pickles (magic number, version, system, data), a pickle of the
 *                               storages' keys, then for each key u64 elements and the elements
 *
 * Source: pytorch/pytorch, `torch/serialization.py`.
 *
 * @module
 */
import { decodeValues, DTYPE_BYTES, isFloat, type TensorValues } from "../dtype.ts";
import { formatShape, sameShape } from "../shape.ts";
import { quoted, unreadable } from "../unreadable.ts";
import type { ByteSource } from "./byte_source.ts";
import { namedTensors } from "./named_tensors.ts";
import type { TorchContainer } from "./torch_container.ts";
import { openLegacy } from "./torch_legacy.ts";
import { openTorchZip } from "./torch_zip.ts";
import type { TorchTensor } from "./torch_tensor.ts";
import type { PickleValue } from "./value.ts";

/** An open file. */
export class TorchFile {
  /** Name, for messages. */
  readonly file: string;
  /** Everything that was saved. */
  readonly root: PickleValue;
  /**
   * All tensors by their path: keys of dictionaries and places in lists, joined by dots, such as
   * `model.encoder.0.weight`. A tensor that was saved alone is called `tensor`.
   */
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  readonly #container: TorchContainer;

  /** Use {@linkcode openTorchFile}. */
  constructor(container: TorchContainer, file: string) {
    this.file = file;
    this.root = container.root;
    this.#container = container;
    this.tensors = namedTensors(container.root, file);
    for (const [name, tensor] of this.tensors) this.#check(name, tensor);
  }

  /**
   * The numbers of a tensor, rows first, whatever its strides. May share memory with the source:
   * treat it as read-only.
   *
   * @throws {FormatError} When the file has no tensor of this name, or its data is damaged.
   */
  async values(name: string): Promise<TensorValues> {
    const tensor = this.#tensor(name);
    const size = DTYPE_BYTES[tensor.dtype], begin = tensor.offset * size;
    const bytes = await this.#container.read(tensor.storage, begin, begin + tensor.span * size);
    return decodeValues(tensor.gather(bytes), tensor.dtype);
  }

  /**
   * The numbers of a floating-point tensor as float32; F64 is rounded.
   *
   * @param shape What the network wants; nothing wanted: any.
   * @throws {FormatError} When the tensor is not there, is no floating-point one, or has another
   * shape.
   */
  async floats(name: string, shape?: readonly number[]): Promise<Float32Array> {
    const tensor = this.#tensor(name);
    if (!isFloat(tensor.dtype)) {
      throw unreadable(this.file, `${quoted(name)} is ${tensor.dtype}; floating-point is wanted`);
    }
    if (shape && !sameShape(shape, tensor.shape)) {
      throw unreadable(
        this.file,
        `${quoted(name)} has shape ${formatShape(tensor.shape)}; ${formatShape(shape)} is wanted`,
      );
    }
    const values = await this.values(name);
    return values instanceof Float32Array ? values : Float32Array.from(values as Float64Array);
  }

  #tensor(name: string): TorchTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw unreadable(this.file, `it has no tensor ${quoted(name)}`);
    return tensor;
  }

  #check(name: string, tensor: TorchTensor): void {
    const { storage } = tensor, size = this.#container.size(storage);
    const fault = size === undefined
      ? `its ${storage.title} is missing`
      : size !== storage.bytes
      ? `its ${storage.title} has ${size} bytes; ${storage.bytes} are declared`
      : tensor.fault;
    if (fault) throw unreadable(this.file, `${quoted(name)}: ${fault}`);
  }
}

/**
 * Opens a file of PyTorch; of the tensors nothing is read yet.
 *
 * @param file Its name, for messages.
 * @throws {FormatError} When it is no such file, is damaged, or holds anything but plain data and
 * tensors: the text names the class or opcode.
 */
export async function openTorchFile(source: ByteSource, file: string): Promise<TorchFile> {
  const [first = 0, second = 0] = await source.read(0, Math.min(2, source.size));
  const isZip = first === 0x50 && second === 0x4b; // "PK"
  const container = isZip ? await openTorchZip(source, file) : await openLegacy(source, file);
  return new TorchFile(container, file);
}
