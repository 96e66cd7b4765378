/**
 * BPG in WebAssembly: an encoder on x265 and a decoder on libde265, for Deno and browsers.
 *
 * @example A picture there and back
 * ```ts
 * import { openBpgDecoder, openBpgEncoder } from "./mod.ts";
 *
 * const encoder = await openBpgEncoder();
 * const decoder = await openBpgDecoder();
 * const image = { width: 2, height: 2, data: new Uint8Array(12).fill(90) };
 * const file = encoder.encode(image, { quality: 20 });
 * const { width, height, data } = decoder.decode(file);
 * ```
 *
 * @module
 */
export { type BpgHeader, readBpgHeader } from "./container.ts";
export {
  type BpgDecodeOptions,
  type BpgDecoder,
  type BpgPicture,
  openBpgDecoder,
} from "./decoder.ts";
export {
  type BpgChroma,
  type BpgEncodeOptions,
  type BpgEncoder,
  openBpgEncoder,
} from "./encoder.ts";
