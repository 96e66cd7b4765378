/**
 * The tensors of a nested structure by their path.
 *
 * @module
 */
import { quoted, unreadable } from "../unreadable.ts";
import { TorchTensor } from "./torch_tensor.ts";
import { isDict, type PickleValue } from "./value.ts";

/** A pickle can refer to one list from many places, so that a small file has endless paths. */
const MAX_VISITS = 1 << 24;
const MAX_DEPTH = 16;
const MAX_NAME = 1024;

/**
 * Every tensor by its path: keys and places in lists, joined by dots.
 *
 * @param file Name of the file, for messages.
 * @throws {FormatError} When two tensors have one path, or the structure is endless.
 */
export function namedTensors(
  root: PickleValue,
  file: string,
): ReadonlyMap<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  let visits = 0;
  const visit = (value: PickleValue, name: string, depth: number): void => {
    if (value instanceof TorchTensor) {
      if (tensors.has(name)) throw unreadable(file, `two tensors are named ${quoted(name)}`);
      tensors.set(name || "tensor", value);
      return;
    }
    const members = isDict(value) ? value : Array.isArray(value) ? value.entries() : [];
    for (const [key, member] of members) {
      if (++visits > MAX_VISITS) throw unreadable(file, `more than ${MAX_VISITS} values lie in it`);
      if (member === null || typeof member !== "object") continue;
      const inner = name ? `${name}.${key}` : String(key);
      if (depth === MAX_DEPTH || inner.length > MAX_NAME) {
        throw unreadable(
          file,
          `${quoted(inner)} is nested more than ${MAX_DEPTH} deep, or named in more than ` +
            `${MAX_NAME} characters`,
        );
      }
      visit(member, inner, depth + 1);
    }
  };
  visit(root, "", 0);
  return tensors;
}
