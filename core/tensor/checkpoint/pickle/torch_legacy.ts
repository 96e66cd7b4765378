/**
 * PyTorch's format before version 1.6: pickles one after another, then the storages.
 *
 * @module
 */
import { DTYPE_BYTES } from "../dtype.ts";
import { quoted, unreadable } from "../unreadable.ts";
import type { ByteSource } from "./byte_source.ts";
import { type PickleClasses, unpickle } from "./machine.ts";
import { TorchClasses } from "./torch_classes.ts";
import type { TorchContainer } from "./torch_container.ts";
import type { TorchStorage } from "./torch_tensor.ts";
import { isDict, type PickleValue } from "./value.ts";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;

/** The pickles lie in the file's first bytes. */
const MAX_PICKLE_BYTES = 64 << 20;

/** Pickle of the magic number: PROTO 2, LONG1 of 10 bytes. */
const BEGIN = [0x80, 0x02, 0x8a, 0x0a];

/**
 * Opens a file in the legacy format.
 *
 * @throws {FormatError} When it is no file of PyTorch, is damaged, or holds more than plain data
 * and tensors.
 */
export async function openLegacy(source: ByteSource, file: string): Promise<TorchContainer> {
  const bytes = await source.read(0, Math.min(source.size, MAX_PICKLE_BYTES));
  const classes = new TorchClasses(file);
  let at = 0;
  const next = (allowed: PickleClasses): PickleValue => {
    const { value, end } = unpickle(bytes, at, allowed, file);
    at = end;
    return value;
  };
  if (BEGIN.some((byte, i) => bytes[i] !== byte) || next(NOTHING) !== MAGIC) {
    throw unreadable(
      file,
      "no file of PyTorch: neither a zip archive nor one with its magic number at the start",
    );
  }
  const version = next(NOTHING);
  if (version !== VERSION) {
    throw unreadable(file, `version ${version} of PyTorch's format; ${VERSION} is read`);
  }
  const system = next(NOTHING);
  if (!isDict(system) || system.get("little_endian") !== true) {
    throw unreadable(file, "it was not written by a little-endian machine");
  }
  const root = next(classes);
  const keys = next(NOTHING);
  const places = await placeStorages(source, at, keys, classes.storages, file);
  return {
    root,
    size: ({ key }) => places.get(key)?.size,
    read: ({ key, title }, begin, end) => {
      const place = places.get(key);
      if (!place) throw unreadable(file, `its ${title} is missing`);
      return source.read(place.begin + begin, place.begin + end);
    },
  };
}

/** The pickles around the data name no class. */
const NOTHING: PickleClasses = {
  knows: () => false,
  call: (callee) => callee,
  persistent: (id) => id,
};

interface Place {
  readonly begin: number;
  readonly size: number;
}

/** Each storage is its number of elements, 8 bytes, and the elements. */
async function placeStorages(
  source: ByteSource,
  start: number,
  keys: PickleValue,
  storages: ReadonlyMap<string, TorchStorage>,
  file: string,
): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  if (!Array.isArray(keys)) throw unreadable(file, "it has no list of its storages");
  let at = start;
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (!storage || places.has(storage.key)) {
      throw unreadable(file, `its list of storages has ${quoted(String(key))}, unknown or twice`);
    }
    const begin = at + 8;
    if (begin > source.size) throw unreadable(file, `it is truncated before its ${storage.title}`);
    const count = new DataView((await source.read(at, begin)).slice().buffer).getBigUint64(0, true);
    const size = Number(count) * DTYPE_BYTES[storage.dtype];
    at = begin + size;
    if (at > source.size) {
      throw unreadable(
        file,
        `it is truncated in its ${storage.title}: ${at} bytes are wanted, it has ${source.size}`,
      );
    }
    places.set(storage.key, { begin, size });
  }
  return places;
}
