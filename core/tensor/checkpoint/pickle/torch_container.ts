/**
 * What the two formats of PyTorch have in common once they are open.
 *
 * @module
 */
import type { TorchStorage } from "./torch_tensor.ts";
import type { PickleValue } from "./value.ts";

/** The data of a file, and access to its storages. */
export interface TorchContainer {
  readonly root: PickleValue;
  /** Bytes of a storage, or undefined when the file has none of this key. */
  size(storage: TorchStorage): number | undefined;
  /** Bytes `begin` to `end` of a storage, within its size. */
  read(storage: TorchStorage, begin: number, end: number): Promise<Uint8Array>;
}
