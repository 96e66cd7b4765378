import { assertEquals, assertThrows } from "@std/assert";
import { OptionError } from "../core/errors.ts";
import { writeNewCodec } from "./new_codec.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** A folder inside the project, where its import map holds. */
function inProject(work: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = Deno.makeTempDirSync({ dir: ROOT, prefix: "new_codec_test_" });
  return Promise.resolve(work(folder)).finally(() => Deno.removeSync(folder, { recursive: true }));
}

Deno.test("a new codec has its own names and passes its own tests, conformance included", () =>
  inProject(async (parent) => {
    const folder = writeNewCodec("phase-thumbnail", parent);
    assertEquals(folder, `${parent}/phase_thumbnail`);
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", folder],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(success, true, text);
    assertEquals(/phase-thumbnail sends unit power \.\.\. ok/.test(text), true, text);
    for (const { name } of Deno.readDirSync(folder)) {
      const source = Deno.readTextFileSync(`${folder}/${name}`);
      assertEquals(/my.?codec/i.test(source), false, name);
    }
  }));

Deno.test("a folder that is there is left alone", () =>
  inProject((parent) => {
    Deno.mkdirSync(`${parent}/there`);
    Deno.writeTextFileSync(`${parent}/there/plugin.ts`, "mine");
    assertThrows(() => writeNewCodec("there", parent), OptionError, "it is there already");
    assertEquals(Deno.readTextFileSync(`${parent}/there/plugin.ts`), "mine");
  }));

Deno.test("a name that is no id is refused", () => {
  for (const name of ["", "My", "9a", "a--b", "../a", "a_b", "a-", "a b"]) {
    assertThrows(() => writeNewCodec(name, "nowhere"), OptionError, "name of a codec");
  }
});
