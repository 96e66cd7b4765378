/**
 * What a run keeps of a picture.
 *
 * @module
 */
import type { RgbImage } from "../../core/image.ts";
import { cut, windowOf } from "./cut.ts";

/** The middle of a picture (all of most) as a lossless file. */
export async function keptPicture(image: RgbImage): Promise<Uint8Array<ArrayBuffer>> {
  // Loaded when the first picture is kept: most workers of a large run keep none.
  const { encodeLossless } = await import("./lossless.ts");
  return await encodeLossless(cut(image, windowOf(image)));
}
