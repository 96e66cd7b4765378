/**
 * Contract of a source coder: half of a separate-coding chain.
 *
 * @module
 */
import type { Host } from "./codec.ts";
import type { ImageSize, RgbImage } from "./image.ts";
import type { OptionsSchema } from "./options.ts";

/** A source coder with its options chosen. */
export interface SourceCoder {
  /** Changes whenever a file may: code version and settings. Part of the key of a shared encode. */
  readonly version: string;
  /** Quality parameters from the best picture (largest file) to the worst (smallest file). */
  readonly qualities: readonly number[];
  /** The file of an image at one of {@linkcode qualities}. */
  encode(image: RgbImage, quality: number): Promise<Uint8Array>;
  /**
   * The picture of a file.
   *
   * @throws {FormatError} When the file is damaged or has another size than stated.
   */
  decode(file: Uint8Array, size: ImageSize): Promise<RgbImage>;
}

/** A family of source coders: what a chain `<id>-<channel code>` is made of. */
export interface SourceCoderPlugin<O extends object = object> {
  /** "bpg", "jpeg": the first half of the chain's id. */
  readonly id: string;
  /** First half of the chain's title: "BPG". */
  readonly title: string;
  /** Format and encoder. */
  readonly reference: string;
  /** Options that describe themselves. */
  readonly options: OptionsSchema<O>;
  /** A coder with these options. */
  create(options: O, host: Host): Promise<SourceCoder>;
}
