/**
 * Reads zip archives as far as PyTorch's files need it.
 *
 * Checksums are not compared: PyTorch can be told to leave them out, and then writes others.
 *
 * @module
 */
import { quoted, unreadable } from "../unreadable.ts";
import type { ByteSource } from "./byte_source.ts";
import { inflate } from "./inflate.ts";
import { readZipDirectory, STORED, type ZipEntry } from "./zip_directory.ts";

const LOCAL = 0x04034b50;

/** An open archive. */
export class ZipArchive {
  readonly #source: ByteSource;
  readonly #file: string;
  #inflated: { name: string; bytes: Uint8Array<ArrayBuffer> } | undefined;
  readonly entries: ReadonlyMap<string, ZipEntry>;

  /** Use {@linkcode openZip}. */
  constructor(source: ByteSource, file: string, entries: ReadonlyMap<string, ZipEntry>) {
    this.#source = source;
    this.#file = file;
    this.entries = entries;
  }

  /**
   * The bytes of an entry from `begin` up to `end`. Of a stored entry no others are read; the last
   * deflated one is kept, since several tensors may lie in it.
   *
   * @throws {FormatError} When the entry is not what the directory says.
   */
  async read(entry: ZipEntry, begin = 0, end: number = entry.size): Promise<Uint8Array> {
    if (entry.method === STORED) {
      const start = await this.#dataStart(entry);
      return await this.#source.read(start + begin, start + end);
    }
    if (this.#inflated?.name !== entry.name) {
      const start = await this.#dataStart(entry);
      const packed = await this.#source.read(start, start + entry.packedSize);
      const what = `${quoted(entry.name)} of it`;
      this.#inflated = {
        name: entry.name,
        bytes: await inflate(packed, entry.size, what, this.#file),
      };
    }
    return this.#inflated.bytes.subarray(begin, end);
  }

  /** The local header has its own extra field: PyTorch aligns tensors with it. */
  async #dataStart(entry: ZipEntry): Promise<number> {
    const name = new TextEncoder().encode(entry.name);
    const bytes = await this.#source.read(entry.offset, entry.offset + 30 + name.length);
    const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const nameLength = header.getUint16(26, true);
    const start = entry.offset + 30 + nameLength + header.getUint16(28, true);
    if (
      header.getUint32(0, true) !== LOCAL || nameLength !== name.length ||
      name.some((byte, i) => byte !== bytes[30 + i]) ||
      start + entry.packedSize > this.#source.size
    ) throw unreadable(this.#file, `${quoted(entry.name)} of it is not where its directory says`);
    return start;
  }
}

/**
 * Opens an archive: reads and checks its directory, nothing else.
 *
 * @param file Its name, for messages.
 * @throws {FormatError} When it is truncated, damaged, encrypted, or holds entries twice or in one
 * another.
 */
export async function openZip(source: ByteSource, file: string): Promise<ZipArchive> {
  return new ZipArchive(source, file, await readZipDirectory(source, file));
}
