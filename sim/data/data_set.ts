/**
 * Contract of a set of pictures: named sources that are read when they are needed.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";

/** One picture of a set. */
export interface ImageSource {
  /** File or scene name, unique in the set. */
  readonly id: string;
  /**
   * Reads or makes the picture. It may be the same object each time: it must not be changed.
   *
   * @throws {DataError} When the file is damaged, has changed or cannot be read; it is named.
   */
  load(): Promise<RgbImage>;
  /** What had to be done to the samples at the last {@linkcode load}; empty before. */
  readonly notes: readonly string[];
}

/** Pictures in a fixed order. */
export interface DataSet {
  /** "builtin", "kodak" or the name of a folder. */
  readonly name: string;
  readonly images: readonly ImageSource[];
}
