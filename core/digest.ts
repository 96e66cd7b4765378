/**
 * Digests name things by their content: an image, an encode, a unit of work.
 *
 * @module
 */
import type { RgbImage } from "./image.ts";

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const known = new WeakMap<RgbImage, Promise<string>>();

/** Names a picture by its size and samples, whatever file it came from: 32 hexadecimal digits. */
export function imageDigest(image: RgbImage): Promise<string> {
  let digest = known.get(image);
  if (!digest) {
    const { width, height, data } = image;
    const bytes = new Uint8Array(8 + data.length);
    const header = new DataView(bytes.buffer);
    header.setUint32(0, width);
    header.setUint32(4, height);
    bytes.set(data, 8);
    digest = sha256(bytes).then((hex) => hex.slice(0, 32));
    known.set(image, digest);
  }
  return digest;
}
