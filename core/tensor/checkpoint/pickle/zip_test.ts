import { assert, assertEquals, assertRejects } from "@std/assert";
import { FormatError } from "../../../errors.ts";
import { memorySource } from "./byte_source.ts";
import { zipOf, type ZipSample } from "./sample_zip.ts";
import { openZip } from "./zip.ts";

const text = (value: string) => new TextEncoder().encode(value);
const long = text("weights ".repeat(5000));

/** Every entry of an archive of these, read. */
async function readAll(
  archive: Uint8Array<ArrayBuffer>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const zip = await openZip(memorySource(archive), "w.pth");
  const all = new Map<string, Uint8Array>();
  for (const [name, entry] of zip.entries) all.set(name, await zip.read(entry));
  return all;
}

async function refused(entries: readonly ZipSample[], words: string): Promise<void> {
  const archive = await zipOf(entries);
  const { message } = await assertRejects(() => readAll(archive), FormatError, words);
  assert(message.startsWith('Cannot read "w.pth": '), message);
}

Deno.test("stored and deflated entries are read, with 32-bit and 64-bit sizes and a comment", async () => {
  const entries = [
    { name: "a/ä", data: text("stored") },
    { name: "a/b", data: long, method: 8 },
    { name: "a/c", data: new Uint8Array(0), method: 8 },
    { name: "a/d", data: new Uint8Array(0) },
  ];
  for (const options of [{}, { zip64: true }, { comment: "a comment" }]) {
    const read = await readAll(await zipOf(entries, options));
    assertEquals([...read], entries.map(({ name, data }) => [name, data]));
  }
});

Deno.test("a part of an entry is read, and of a stored one nothing else", async () => {
  const entries = [{ name: "s", data: long }, { name: "d", data: long, method: 8 }];
  const archive = memorySource(await zipOf(entries));
  let bytes = 0;
  const counted = {
    size: archive.size,
    read: (begin: number, end: number) => {
      bytes += end - begin;
      return archive.read(begin, end);
    },
  };
  const zip = await openZip(counted, "w");
  const opening = bytes;
  for (const [name, entry] of zip.entries) {
    assertEquals(await zip.read(entry, 8, 15), text("weights"), name);
    if (name === "s") assert(bytes - opening < 100, `${bytes - opening} bytes read for 7`);
  }
});

Deno.test("an archive is refused when cut at any length", async () => {
  for (const zip64 of [false, true]) {
    const archive = await zipOf([{ name: "a", data: text("abc") }], { zip64 });
    for (let length = 0; length < archive.length; length++) {
      await assertRejects(() => readAll(archive.slice(0, length)), FormatError, "w.pth");
    }
  }
});

Deno.test("an archive with any byte changed is read, or refused by a FormatError", async () => {
  const archive = await zipOf([{ name: "a", data: text("abcabcabc"), method: 8 }], { zip64: true });
  for (let at = 0; at < archive.length; at++) {
    for (const flip of [1, 0x10, 0xff]) {
      const changed = archive.slice();
      changed[at] = changed[at]! ^ flip;
      await readAll(changed).catch((error) => assert(error instanceof FormatError, String(error)));
    }
  }
});

Deno.test("an entry that unpacks to more or fewer bytes than it declares is refused", async () => {
  const bomb = new Uint8Array(1 << 20);
  await refused([{ name: "a", data: bomb, method: 8, size: 1000 }], "more than the 1000 bytes");
  await refused(
    [{ name: "a", data: bomb, method: 8, size: (1 << 20) + 1 }],
    "unpacks to 1048576 bytes; it declares 1048577",
  );
});

Deno.test("an entry that declares more than DEFLATE can hold, or than is sensible, is refused unread", async () => {
  await refused(
    [{ name: "a", data: text("abc"), method: 8, size: 2 ** 31 }],
    '"a" of it would become 2147483648 bytes of',
  );
  const archive = await zipOf(
    [{ name: "a", data: text("abc"), size: 2 ** 53, packedSize: 2 ** 53 }],
    { zip64: true },
  );
  await assertRejects(() => readAll(archive), FormatError, "9007199254740992 bytes");
});

Deno.test("data that is no DEFLATE stream is refused", async () => {
  const archive = await zipOf([{ name: "a", data: long, method: 8 }]);
  archive.fill(0xff, 40, 60);
  await assertRejects(() => readAll(archive), FormatError, '"a" of it is damaged');
});

Deno.test("entries in one another, twice, encrypted or packed otherwise are refused by name", async () => {
  const data = text("abc");
  await refused(
    [{ name: "a", data: text("a longer text than the header of a zip entry") }, {
      name: "b",
      data,
      offset: 10,
    }],
    '"a" of it overlaps',
  );
  await refused([{ name: "a", data }, { name: "b", data, offset: 0 }], "overlaps");
  await refused([{ name: "a", data, size: 3, packedSize: 3000 }], '"a" of it is stored, but');
  await refused([{ name: "a", data, size: 3000, packedSize: 3000 }], '"a" of it overlaps');
  await refused([{ name: "a", data }, { name: "a", data }], '"a" stands twice');
  await refused([{ name: "a", data, flags: 1 }], '"a" of it is encrypted');
  await refused([{ name: "a", data, method: 14 }], "zip method 14");
  await refused([{ name: "a", data, localName: "b" }], '"a" of it is not where');
});
