/**
 * A shard: one of n shares of an experiment, for one of n machines.
 *
 * @module
 */
import { OptionError } from "../core/errors.ts";

/** One of several shares. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

/** Shares beyond this are a slip of the pen. */
const MOST_SHARDS = 1_000_000;

/**
 * Reads "2/5".
 *
 * @throws {OptionError} When it is not a share of a whole.
 */
export function parseShard(text: string, name: string): Shard {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text.trim())?.map(Number) ?? [];
  if (index === undefined || of === undefined || !(1 <= index && index <= of)) {
    throw new OptionError(`${name}: a share such as 2/5, from 1/5 to 5/5; got "${text}"`);
  }
  if (of > MOST_SHARDS) throw new OptionError(`${name}: at most ${MOST_SHARDS} shares; got ${of}`);
  return { index, of };
}

/** "2/5". */
export function formatShard({ index, of }: Shard): string {
  return `${index}/${of}`;
}
