/**
 * `deno task new-codec`: writes the folder of a new codec with its tests.
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { writeNewCodec } from "../new_codec.ts";
import { type Argument, helpText, type Manual, readArguments } from "./arguments.ts";
import { exitOnError } from "./exit.ts";

const NAME = "name";
const ARGUMENTS: readonly Argument[] = [
  { name: NAME, value: "NAME", text: "id of the codec; the name of this option may be left away" },
  {
    name: "in",
    value: "DIR",
    text: "where to make its folder; codecs in baselines/ are found by themselves",
    default: "baselines",
  },
  { name: "help", text: "this text" },
];

const USAGE = `deno task new-codec NAME [--in DIR]

Writes a small working codec with its tests into a new folder. docs/write_a_codec.md goes on from
there.`;

/** What the command says of itself. */
export function manual(): Manual {
  return { usage: USAGE, options: ARGUMENTS };
}

function newCodec(args: readonly string[]): Promise<number> {
  const given = readArguments(args, ARGUMENTS, NAME);
  if (given.has("help")) {
    console.log(helpText(manual()));
    return Promise.resolve(0);
  }
  const [name] = given.get(NAME) ?? [];
  if (name === undefined) throw new OptionError("deno task new-codec: a name; got none");
  const parent = given.get("in")?.[0] ?? "baselines";
  const folder = writeNewCodec(name, parent);
  const plugin = parent === "baselines" ? "" : ` --plugin ./${folder}/plugin.ts`;
  console.log(`${folder}: plugin.ts, codec.ts, codec_test.ts

  deno test -A ${folder}
  deno task sim --codecs ${name} bpg-ldpc${plugin}`);
  return Promise.resolve(0);
}

if (import.meta.main) await exitOnError(() => newCodec(Deno.args));
