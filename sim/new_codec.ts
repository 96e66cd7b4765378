/**
 * Writes the folder of a new codec: a small working one with its tests, to be changed into what it
 * shall be.
 *
 * @module
 */
import { OptionError } from "../core/errors.ts";

const TEMPLATE = new URL("./codec_template/", import.meta.url);
const FILES = ["plugin.ts", "codec.ts", "codec_test.ts"] as const;
/** The template's own names, and what stands for them. */
const NAMES: readonly [RegExp, (name: string) => string][] = [
  [/my-codec/g, (name) => name],
  [/My codec/g, titleOf],
  [/MyCodec/g, (name) => capitalised(camelCase(name))],
  [/myCodec/g, camelCase],
];

/**
 * Writes the files of a codec into a new folder.
 *
 * @param name Its id: lower-case letters, digits and hyphens.
 * @param parent Folder to make its folder in: `my-codec` becomes `my_codec`.
 * @returns The folder's path.
 * @throws {OptionError} When the name is no id, or the folder is there already.
 */
export function writeNewCodec(name: string, parent: string): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new OptionError(
      `name of a codec: lower-case letters, digits and single hyphens, such as my-codec; got "${name}"`,
    );
  }
  const folder = `${parent.replace(/\/+$/, "")}/${name.replaceAll("-", "_")}`;
  makeNewFolder(folder);
  for (const file of FILES) {
    let text = Deno.readTextFileSync(new URL(file, TEMPLATE));
    for (const [pattern, replacement] of NAMES) text = text.replace(pattern, replacement(name));
    Deno.writeTextFileSync(`${folder}/${file}`, text);
  }
  return folder;
}

function makeNewFolder(folder: string): void {
  try {
    Deno.mkdirSync(folder.slice(0, folder.lastIndexOf("/")) || ".", { recursive: true });
    Deno.mkdirSync(folder);
  } catch (error) {
    const there = error instanceof Deno.errors.AlreadyExists;
    const why = there ? "it is there already" : (error as Error).message;
    throw new OptionError(`"${folder}" cannot be made: ${why}; nothing was written`);
  }
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function titleOf(name: string): string {
  return capitalised(name.replaceAll("-", " "));
}
