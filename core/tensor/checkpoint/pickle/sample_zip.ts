/**
 * Makes zip archives for tests, honest or not.
 *
 * Source: PKWARE APPNOTE.TXT 6.3.9, clauses 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to
 * 4.3.16 (its ends).
 *
 * @module
 */

/** An entry; what is declared can differ from what is there. */
export interface ZipSample {
  readonly name: string;
  readonly data: Uint8Array<ArrayBuffer>;
  /** 0 stored, 8 deflated. */
  readonly method?: number;
  readonly flags?: number;
  /** Sizes that the directory declares. */
  readonly size?: number;
  readonly packedSize?: number;
  /** Position that the directory declares. */
  readonly offset?: number;
  /** Name in the local header. */
  readonly localName?: string;
}

type Bytes = Uint8Array<ArrayBuffer>;

const FULL = 0xffffffff;

/** An archive of these entries. With `zip64`, every size and the directory stand in 64-bit fields. */
export async function zipOf(
  entries: readonly ZipSample[],
  { zip64 = false, comment = "" }: { zip64?: boolean; comment?: string } = {},
): Promise<Bytes> {
  const files: Bytes[] = [], directory: Bytes[] = [];
  let offset = 0;
  for (const entry of entries) {
    directory.push(...await centralOf(entry, offset, zip64));
    const file = await localOf(entry);
    files.push(...file);
    offset += lengthOf(file);
  }
  const size = lengthOf(directory), count = entries.length;
  if (zip64) {
    directory.push(
      record("4822448888", 0x06064b50, 44, 45, 45, 0, 0, count, count, size, offset),
      record("4484", 0x07064b50, 0, offset + size, 1),
    );
  }
  const end = zip64 ? [0xffff, 0xffff, FULL, FULL] : [count, count, size, offset];
  const text = new TextEncoder().encode(comment);
  directory.push(record("42222442", 0x06054b50, 0, 0, ...end, text.length), text);
  return new Uint8Array(await new Blob([...files, ...directory]).arrayBuffer());
}

async function localOf(entry: ZipSample): Promise<Bytes[]> {
  const { flags = 0, method = 0 } = entry;
  const name = new TextEncoder().encode(entry.localName ?? entry.name);
  return [
    record("42224444" + "22", 0x04034b50, 20, flags, method, 0, 0, 0, 0, name.length, 0),
    name,
    await packed(entry),
  ];
}

async function centralOf(entry: ZipSample, at: number, zip64: boolean): Promise<Bytes[]> {
  const { data, flags = 0, method = 0, size = data.length, offset = at } = entry;
  const packedSize = entry.packedSize ?? (await packed(entry)).length;
  const name = new TextEncoder().encode(entry.name);
  const [size32, packed32, offset32] = zip64 ? [FULL, FULL, FULL] : [size, packedSize, offset];
  const extra = zip64 ? record("22888", 1, 24, size, packedSize, offset) : record("");
  const versions = [20, 20], times = 0, crc = 0;
  return [
    record(
      "422224444" + "2222244",
      ...[0x02014b50, ...versions, flags, method, times, crc, packed32 ?? 0, size32 ?? 0],
      ...[name.length, extra.length, 0, 0, 0, 0, offset32 ?? 0],
    ),
    name,
    extra,
  ];
}

/** Little-endian fields; each digit of the layout is the bytes of one. */
function record(layout: string, ...values: readonly number[]): Bytes {
  const sizes = Array.from(layout, Number);
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [index, size] of sizes.entries()) {
    const value = BigInt(values[index] ?? 0);
    for (let i = 0; i < size; i++) bytes[at++] = Number(value >> BigInt(8 * i) & 255n);
  }
  return bytes;
}

function lengthOf(parts: readonly Bytes[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

async function packed({ data, method = 0 }: ZipSample): Promise<Bytes> {
  if (method !== 8) return data;
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
