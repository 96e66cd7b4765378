/**
 * What every metric asks of its two pictures.
 *
 * @module
 */
import { DataError } from "../../core/errors.ts";
import { checkImage, type RgbImage } from "../../core/image.ts";

/**
 * Checks that two pictures can be compared.
 *
 * @throws {DataError} When one is malformed or the sizes differ.
 */
export function checkPair(original: RgbImage, received: RgbImage): void {
  checkImage(original, "original");
  checkImage(received, "received");
  if (original.width !== received.width || original.height !== received.height) {
    throw new DataError(
      `only pictures of one size can be compared: the original has ${original.width} x ${original.height} pixels, the received ${received.width} x ${received.height}`,
    );
  }
}
