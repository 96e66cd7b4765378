/**
 * What a pickle of weights can become here: plain data, and references that only the reader of the
 * file format understands.
 *
 * @module
 */

/** A value out of a pickle. Lists and tuples are arrays; integers are numbers where exact. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleDict
  | PickleObject;

/** A dictionary, in the order of its making. */
export type PickleDict = Map<PickleKey, PickleValue>;

/** What can be a key. */
export type PickleKey = null | boolean | number | bigint | string;

/** Anything that is not plain data. */
export abstract class PickleObject {
  /** What it is, for messages. */
  abstract readonly title: string;
}

/** A class or function by name. It is never looked up anywhere: it stays a name. */
export class PickleGlobal extends PickleObject {
  constructor(readonly module: string, readonly name: string) {
    super();
  }

  override get title(): string {
    return `${this.module}.${this.name}`;
  }
}

/** A short description of a value, for messages. */
export function titleOf(value: PickleValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Map) return `a dict of ${value.size}`;
  if (value instanceof PickleObject) return value.title;
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
}

/** Whether a value is a dictionary. */
export function isDict(value: PickleValue | undefined): value is PickleDict {
  return value instanceof Map;
}
