/**
 * What a worker lends to codecs: a memory of what was computed, and the capacity of the channel.
 *
 * @module
 */
import type { Channel } from "../core/channel.ts";
import type { Host, Session } from "../core/codec.ts";

/** Keeps values by key within a budget of bytes; the least recently used goes first. */
export class Memo {
  readonly #kept = new Map<string, { value: Promise<unknown>; bytes: number }>();
  #bytes = 0;

  constructor(private readonly budget: number) {}

  /** The value of a key, computed at most once while it is kept. A failure is not kept. */
  async get<T>(key: string, bytes: (value: T) => number, make: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key); // to the end: most recently used
      this.#kept.set(key, kept);
      return await kept.value as T;
    }
    const entry = { value: make(), bytes: 0 };
    this.#kept.set(key, entry);
    try {
      const value = await entry.value;
      entry.bytes = bytes(value);
      this.#bytes += entry.bytes;
      this.#shrink();
      return value;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  #shrink(): void {
    for (const [key, { bytes }] of this.#kept) {
      if (this.#bytes <= this.budget) return;
      this.#kept.delete(key);
      this.#bytes -= bytes;
    }
  }
}

/** The host of a codec over one channel. */
export function hostFor(channel: Channel, memo: Memo): Host {
  return {
    capacity: (snrDb) => channel.capacity(snrDb, null),
    sideUses: (bits, session) => sideUses(bits, session, channel),
    memo: (key, bytes, make) => memo.get(key, bytes, make),
  };
}

async function sideUses(
  bits: number,
  { sideInformation, snrDb }: Session,
  channel: Channel,
): Promise<number> {
  if (bits === 0 || sideInformation === "free") return 0;
  if (sideInformation === "ideal") return Math.ceil(bits / channel.capacity(snrDb, null));
  const { sideInformationRate } = await import("../baselines/separate/ldpc/link_adaptation.ts");
  return Math.ceil(bits / sideInformationRate(snrDb));
}
