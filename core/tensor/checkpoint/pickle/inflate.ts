/**
 * DEFLATE into a known number of bytes, by the platform's own decoder.
 *
 * @module
 */
import { unreadable } from "../unreadable.ts";

/**
 * Unpacks raw DEFLATE data.
 *
 * @param size Bytes that it must become: no more memory than that is used.
 * @param what The part of the file, for messages.
 * @throws {FormatError} When the data is damaged or becomes more or fewer bytes.
 */
export async function inflate(
  packed: Uint8Array<ArrayBuffer>,
  size: number,
  what: string,
  file: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  let at = 0, whole = false;
  try {
    while (!whole) {
      const { done, value } = await reader.read();
      if (done) {
        whole = true;
      } else if (at + value.length > size) {
        throw unreadable(file, `${what} unpacks to more than the ${size} bytes it declares`);
      } else {
        bytes.set(value, at);
        at += value.length;
      }
    }
  } catch (error) {
    if (error instanceof TypeError) throw unreadable(file, `${what} is damaged: no DEFLATE data`);
    throw error;
  } finally {
    if (!whole) await reader.cancel().catch(() => {}); // the error above is the one to tell
  }
  if (at < size) throw unreadable(file, `${what} unpacks to ${at} bytes; it declares ${size}`);
  return bytes;
}
