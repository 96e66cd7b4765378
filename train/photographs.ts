/**
 * A folder of photographs in memory, decoded once. What a network should not learn from is passed
 * over and counted; what the memory does not hold is left out by lot.
 *
 * @module
 */
import { DataError, isDeliberate } from "../core/errors.ts";
import type { RgbImage } from "../core/image.ts";
import { fillUniforms, type RandomKey } from "../core/random.ts";
import type { ImageSource } from "../sim/data/mod.ts";

/** What of a folder is read. */
export interface ReadOptions {
  /** Pictures with a shorter side are too small. */
  readonly smallestSide: number;
  /** Bytes of decoded pixels at most. */
  readonly memoryBytes: number;
  /** Decides which pictures are left out where not all fit. */
  readonly key: RandomKey;
  /** Called after each file. */
  readonly onProgress?: (read: number, of: number) => void;
}

/** Why pictures were passed over, with the names of the files. */
export interface PassedOver {
  readonly broken: readonly string[];
  readonly small: readonly string[];
  /** Red, green and blue the same everywhere. */
  readonly grey: readonly string[];
  /** No room in the memory. */
  readonly unread: readonly string[];
}

/** Photographs in memory. */
export interface Photographs {
  /** In the order of the folder. */
  readonly pictures: readonly RgbImage[];
  readonly passedOver: PassedOver;
}

/**
 * Reads pictures until the memory is full, in an order by lot, so that a part of a folder is a fair
 * sample of it.
 *
 * @param folder Its name, for messages.
 * @throws {DataError} When none is left.
 */
export async function readPhotographs(
  sources: readonly ImageSource[],
  folder: string,
  options: ReadOptions,
): Promise<Photographs> {
  const { smallestSide, memoryBytes, key, onProgress } = options;
  const passed = { broken: [], small: [], grey: [], unread: [] } as Record<
    keyof PassedOver,
    string[]
  >;
  const kept = new Map<string, RgbImage>();
  let room = memoryBytes, read = 0;
  for (const source of byLot(sources, key)) {
    onProgress?.(++read, sources.length);
    // Once a picture did not fit, reading on would only favour the small ones.
    const picture = passed.unread.length > 0 ? "unread" : await load(source, smallestSide);
    if (typeof picture === "string") passed[picture].push(source.id);
    else if (picture.data.length > room) passed.unread.push(source.id);
    else {
      room -= picture.data.length;
      kept.set(source.id, picture);
    }
  }
  if (kept.size === 0) throw nothingLeft(folder, passed, options);
  const pictures = sources.flatMap(({ id }) => kept.get(id) ?? []);
  for (const names of Object.values(passed)) names.sort();
  return { pictures, passedOver: passed };
}

async function load(
  source: ImageSource,
  smallestSide: number,
): Promise<RgbImage | "broken" | "small" | "grey"> {
  try {
    const picture = await source.load();
    if (Math.min(picture.width, picture.height) < smallestSide) return "small";
    return isGrey(picture) ? "grey" : picture;
  } catch (error) {
    if (!isDeliberate(error)) throw error;
    return "broken";
  }
}

function isGrey({ data }: RgbImage): boolean {
  for (let at = 0; at < data.length; at += 3) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false;
  }
  return true;
}

function byLot(sources: readonly ImageSource[], key: RandomKey): ImageSource[] {
  const lot = new Float64Array(1);
  return sources
    .map((source) => {
      fillUniforms(key.derive(source.id), lot);
      return { source, lot: lot[0] as number };
    })
    .sort((a, b) => a.lot - b.lot)
    .map(({ source }) => source);
}

function nothingLeft(folder: string, passed: PassedOver, options: ReadOptions): DataError {
  const mebibytes = Math.floor(options.memoryBytes / 2 ** 20);
  return new DataError(
    `"${folder}" has no picture to train on: at least ${options.smallestSide} pixels a side, in ` +
      `colour, within ${mebibytes} MiB of memory; ${describePassedOver(passed)}`,
  );
}

/** "2 broken (a.jpg, b.jpg), 1 grey (c.png)"; "none passed over". */
export function describePassedOver(passed: PassedOver): string {
  const parts = Object.entries(passed as unknown as Record<string, readonly string[]>)
    .filter(([, names]) => names.length > 0)
    .map(([why, names]) => {
      const some = names.slice(0, 3).join(", ") + (names.length > 3 ? ", ..." : "");
      return `${names.length} ${why} (${some})`;
    });
  return parts.join(", ") || "none passed over";
}

/**
 * Takes every so many-th picture of a folder away for validation: one in twenty, 16 at most. A
 * folder of less than twenty gives none.
 */
export function heldOut(sources: readonly ImageSource[]): readonly ImageSource[] {
  const count = Math.min(16, Math.floor(sources.length / 20));
  const distance = sources.length / count;
  return Array.from(
    { length: count },
    (_, index) => sources[Math.floor((index + 0.5) * distance)] as ImageSource,
  );
}
