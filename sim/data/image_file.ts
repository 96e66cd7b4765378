/**
 * A picture that lies in a file.
 *
 * @module
 */
import { sha256 } from "../../core/digest.ts";
import { DataError } from "../../core/errors.ts";
import type { RgbImage } from "../../core/image.ts";
import type { ImageSource } from "./data_set.ts";
import { decodeImageFile } from "./decode_image.ts";

/** Largest file that is read: far beyond what 8192 x 8192 pixels of 16 bits need. */
const MOST_BYTES = 2 ** 30;

/** Reads its file anew at each load. */
export class ImageFile implements ImageSource {
  #notes: readonly string[] = [];

  /** @param digest SHA-256 that the file must have, when one is known. */
  constructor(readonly id: string, readonly path: string, readonly digest?: string) {}

  get notes(): readonly string[] {
    return this.#notes;
  }

  async load(): Promise<RgbImage> {
    const bytes = await readFile(this.path);
    if (this.digest !== undefined && await sha256(bytes) !== this.digest) {
      throw new DataError(
        `"${this.path}" is not the published file, its SHA-256 is another; remove it and fetch it again, or name its folder in place of the data set`,
      );
    }
    const { image, notes } = await decodeImageFile(bytes, this.path);
    this.#notes = notes;
    return image;
  }
}

async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size } = await Deno.stat(path);
    if (size > MOST_BYTES) {
      throw new DataError(`Cannot read "${path}": it has ${size} bytes, ${MOST_BYTES} at most`);
    }
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof DataError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new DataError(`Cannot read "${path}": ${why}`, { cause: error });
  }
}
