/**
 * EXIF as a camera writes it, for tests.
 *
 * @module
 */
import type { Orientation } from "../exif.ts";

/** A block of EXIF that says nothing but an orientation, with the prefix of JPEG. */
export function exifBlock(orientation: Orientation, little: boolean): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(6 + 8 + 2 + 12 + 4);
  block.set(new TextEncoder().encode("Exif"));
  const view = new DataView(block.buffer, 6);
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little); // the directory follows
  view.setUint16(8, 1, little); // one entry
  view.setUint16(10, 0x0112, little);
  view.setUint16(12, 3, little); // a short
  view.setUint32(14, 1, little);
  view.setUint16(18, orientation, little);
  return block;
}
