/**
 * The classes and functions that PyTorch's files of weights name, and what each means here. Nothing
 * else may be named. None is looked up or called in any real sense.
 *
 * Source: pytorch/pytorch, `torch/_utils.py` (`_rebuild_*`) and `torch/serialization.py`
 * (`persistent_id`).
 *
 * @module
 */
import type { DType } from "../dtype.ts";
import { unreadable } from "../unreadable.ts";
import type { PickleClasses } from "./machine.ts";
import { TorchStorage, TorchTensor } from "./torch_tensor.ts";
import { type PickleDict, PickleGlobal, type PickleValue, titleOf } from "./value.ts";

const STORAGES: ReadonlyMap<string, DType> = new Map([
  ["torch.FloatStorage", "F32"],
  ["torch.DoubleStorage", "F64"],
  ["torch.HalfStorage", "F16"],
  ["torch.BFloat16Storage", "BF16"],
  ["torch.LongStorage", "I64"],
  ["torch.IntStorage", "I32"],
  ["torch.ShortStorage", "I16"],
  ["torch.CharStorage", "I8"],
  ["torch.ByteStorage", "U8"],
  ["torch.BoolStorage", "BOOL"],
]);

/** Names of number types: they may stand in a file, as options do. */
const DTYPES: ReadonlySet<string> = new Set(
  ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]
    .map((name) => `torch.${name}`),
);

/** What a call gives, or undefined when it cannot be called with these. */
type Meaning = (args: readonly PickleValue[]) => PickleValue | undefined;

const CALLS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["collections.OrderedDict", ([pairs = []]) => dictOf(pairs)],
  ["torch._utils._rebuild_tensor", tensorOf],
  ["torch._utils._rebuild_tensor_v2", tensorOf], // also: requires_grad, hooks, metadata
  ["torch._utils._rebuild_parameter", ([data]) => data instanceof TorchTensor ? data : undefined],
  ["torch.Size", ([sizes]) => Array.isArray(sizes) ? sizes : undefined],
  ["torch.device", (parts) => parts.map((part) => String(part)).join(":")],
  ["_codecs.encode", ([text, encoding]) => bytesOf(text, encoding)], // bytes, up to protocol 2
]);

/** PyTorch's classes; `file` is the file's name, for messages. */
export class TorchClasses implements PickleClasses {
  /** Storages that the pickle refers to, by key. */
  readonly storages = new Map<string, TorchStorage>();
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  knows(module: string, name: string): boolean {
    const title = `${module}.${name}`;
    return STORAGES.has(title) || DTYPES.has(title) || CALLS.has(title);
  }

  call(callee: PickleGlobal, args: readonly PickleValue[]): PickleValue {
    const value = CALLS.get(callee.title)?.(args);
    if (value !== undefined) return value;
    const given = args.slice(0, 8).map(titleOf).join(", ");
    throw unreadable(this.#file, `its pickle calls ${callee.title}(${given})`);
  }

  /** ("storage", class, key, location, elements[, view]); the location, a device, is ignored. */
  persistent(id: PickleValue): PickleValue {
    const [kind, type, key, _location, elements, view = null] = Array.isArray(id) ? id : [];
    const dtype = type instanceof PickleGlobal ? STORAGES.get(type.title) : undefined;
    if (
      kind !== "storage" || dtype === undefined || typeof key !== "string" ||
      typeof elements !== "number" || !Number.isSafeInteger(elements) || elements < 0 ||
      view !== null
    ) {
      const parts = Array.isArray(id) ? id.slice(0, 8).map(titleOf).join(", ") : titleOf(id);
      throw unreadable(
        this.#file,
        `its pickle refers to outside data (${parts}), no known storage`,
      );
    }
    const storage = new TorchStorage(key, dtype, elements);
    const known = this.storages.get(key);
    if (known && known.bytes !== storage.bytes) {
      throw unreadable(
        this.#file,
        `its pickle gives ${storage.title} ${known.bytes} bytes here and ${storage.bytes} there`,
      );
    }
    this.storages.set(key, known ?? storage);
    return storage;
  }
}

function tensorOf(args: readonly PickleValue[]): TorchTensor | undefined {
  const [storage, offset, shape, strides] = args;
  if (
    !(storage instanceof TorchStorage) || typeof offset !== "number" || !isNumbers(shape) ||
    !isNumbers(strides)
  ) return undefined;
  return new TorchTensor(storage, offset, shape, strides);
}

function isNumbers(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every((one) => typeof one === "number");
}

/** Python 3 makes an empty one and sets its items; Python 2 gave a list of pairs. */
function dictOf(pairs: PickleValue): PickleDict | undefined {
  if (!Array.isArray(pairs)) return undefined;
  const dict: PickleDict = new Map();
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string") return undefined;
    dict.set(pair[0], pair[1] as PickleValue);
  }
  return dict;
}

function bytesOf(
  text: PickleValue | undefined,
  encoding: PickleValue | undefined,
): Uint8Array | undefined {
  if (typeof text !== "string" || encoding !== "latin1") return undefined;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
