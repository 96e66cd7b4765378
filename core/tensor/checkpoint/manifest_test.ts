import { assert, assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../errors.ts";
import { formatManifest, readManifest } from "./manifest.ts";
import { TEXTS } from "./sample_files.ts";

const written = TEXTS.manifest;

/** The manifest with one member changed is refused, and the text has the words. */
function refused(name: string, value: unknown, ...words: string[]): void {
  const text = JSON.stringify({ ...JSON.parse(written), [name]: value });
  const { message } = assertThrows(() => readManifest(text, "w.json"), FormatError);
  for (const word of ["w.json", ...words]) assert(message.includes(word), `${word}: ${message}`);
}

Deno.test("the manifest that PyTorch training writes is read, and written with the same members", () => {
  const manifest = readManifest(written, "w.json");
  assertEquals(manifest.codec, "deepjscc");
  assertEquals(manifest.snrDb, 10);
  assertEquals(manifest.cbr, "1/48");
  assertEquals(manifest.options.widths, [48, 96, 192]);
  assertEquals(manifest.validation, { pictures: 30, psnrDb: 27.346 });
  assertEquals(formatManifest(manifest), written.replace("10.0,", "10,")); // Python's float
  assertEquals(readManifest(formatManifest(manifest), "w.json"), manifest);
});

Deno.test("members of a newer trainer are left out", () => {
  const text = JSON.stringify({ ...JSON.parse(written), batch: 8 });
  assertEquals(readManifest(text, "w.json"), readManifest(written, "w.json"));
});

Deno.test("each member that is missing is refused by name", () => {
  for (const name of Object.keys(JSON.parse(written))) {
    refused(name, undefined, `"${name}"`, "got nothing");
  }
});

Deno.test("members of other types or ranges are refused by name, with what came", () => {
  refused("codec", 7, '"codec": a text of one line', "got 7");
  refused("device", "a\nb", '"device"');
  refused("snrDb", "10", '"snrDb": a number', 'got "10"');
  refused("cbr", "2/1", '"cbr": a fraction', 'got "2/1"');
  refused("digest", "sha256:abc", '"digest"', "64 hexadecimal");
  refused("dtype", "bf16", '"dtype": f16 or f32');
  refused("steps", -1, '"steps": an integer from 0 up', "got -1");
  refused("seed", 1.5, '"seed"', "got 1.5");
  refused("hours", -1, '"hours"');
  refused("options", [], '"options": an object');
  refused("options", { a: null }, '"options.a"', "got null");
  refused("options", { a: [[1]] }, '"options.a"');
  refused("validation", { psnrDb: "27" }, '"validation.psnrDb": numbers');
});

Deno.test("a text that is no manifest is refused", () => {
  const refusedText = (text: string, word: string) =>
    assertThrows(() => readManifest(text, "w.json"), FormatError, word);
  refusedText("", "no JSON");
  refusedText("[]", "no JSON object");
  refusedText("[".repeat(60_000), "nested");
  refusedText(`{"codec": "a", "codec": "b"}`, '"codec" stands twice');
  refusedText(" ".repeat(1 << 17), "65536 characters");
});
