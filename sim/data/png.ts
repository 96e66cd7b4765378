/**
 * PNG, read and written to the bit: the format of pictures in and out.
 *
 * Own code because no package at hand is exact: the usual ones swap the bytes of 16-bit samples,
 * drop the low byte, leave indices and packed bits as they are, or decode damage without a word.
 *
 * @module
 */
export { isPng } from "./png/chunks.ts";
export { decodePng } from "./png/decode.ts";
export { encodePng } from "./png/encode.ts";
export type { Raster } from "./raster.ts";
