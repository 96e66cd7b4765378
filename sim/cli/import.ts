/**
 * `deno task import`: weights that others published, as files of the project.
 *
 * @module
 */
import { FormatError, OptionError } from "../../core/errors.ts";
import { type ImporterPlugin, importWeights } from "../../core/tensor/checkpoint/importer.ts";
import { formatManifest } from "../../core/tensor/checkpoint/manifest.ts";
import { writeWhole } from "../../train/whole_file.ts";
import { loadPlugins, type Plugins } from "../plugins.ts";
import {
  type Argument,
  type Arguments,
  helpText,
  type Manual,
  readArguments,
} from "./arguments.ts";
import { exitOnError } from "./exit.ts";

const ARGUMENTS: readonly Argument[] = [
  { name: "codec", value: "ID", text: "whose weights these are" },
  {
    name: "snr",
    value: "DB",
    text: "Es/N0 that they were trained at",
    default: "as the name says",
  },
  {
    name: "preset",
    value: "NAME",
    text: "which of the codec's networks",
    default: "as the names of the tensors say",
  },
  { name: "out", value: "FOLDER", text: "where the files go", default: "out/weights" },
  { name: "help", text: "this text" },
];

/** Weights files of a gigabyte and more are not of these codecs. */
const MOST_BYTES = 2 ** 30;

async function main(args: readonly string[]): Promise<number> {
  const { files, options } = splitFiles(args);
  const given = readArguments(options, ARGUMENTS);
  if (given.has("help")) {
    console.log(helpText(await manual()));
    return 0;
  }
  const { importers } = await loadPlugins([]);
  const importer = chooseImporter(given, importers);
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) {
    throw new OptionError(`one FILE to import; got ${files.length}: ${files.join(" ")}`);
  }
  const snr = given.get("snr")?.[0], preset = given.get("preset")?.[0];
  const { weights, manifest, notes } = await importWeights(importer, await read(file), file, {
    ...(snr === undefined ? {} : { snrDb: readDecibel(snr) }),
    ...(preset === undefined ? {} : { preset }),
  });
  const folder = given.get("out")?.[0] ?? "out/weights";
  const base = `${folder}/${nameOf(file)}`;
  await Deno.mkdir(folder, { recursive: true });
  await writeWhole(`${base}.safetensors`, weights);
  await writeWhole(`${base}.json`, formatManifest(manifest));
  for (const note of notes) console.log(note);
  console.log(`written: ${base}.safetensors, ${base}.json`);
  console.log(
    `try: deno task sim --codecs ${manifest.codec}:checkpoint=${base}.safetensors ` +
      `--cbr ${manifest.cbr} --snr ${manifest.snrDb}`,
  );
  return 0;
}

/** What the command says of itself, and whose weights it reads. */
export async function manual(): Promise<Manual> {
  const { importers } = await loadPlugins([]);
  return { usage: usage(importers), options: ARGUMENTS };
}

function usage(importers: Plugins["importers"]): string {
  const lines = [...importers].flatMap(({ id, plugin: { sources } }) =>
    sources.map((source, index) => `  ${(index === 0 ? id : "").padEnd(12)}${source}`)
  );
  return `deno task import --codec ID FILE [options]

Makes weights that others published into a checkpoint of this project: safetensors and a manifest,
for --codecs ID:checkpoint=FILE. Nothing in a file is executed.

Reads
${lines.join("\n")}`;
}

/** A first word that is no option's value is the file. */
function splitFiles(args: readonly string[]): { files: string[]; options: string[] } {
  const files: string[] = [], options: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    const option = ARGUMENTS.find(({ name }) => word === `--${name}`);
    if (word.startsWith("-")) options.push(word);
    else files.push(word);
    if (option?.value !== undefined && i + 1 < args.length) options.push(args[++i] as string);
  }
  return { files, options };
}

function chooseImporter(given: Arguments, importers: Plugins["importers"]): ImporterPlugin {
  const id = given.get("codec")?.[0];
  if (id !== undefined) return importers.get(id).plugin;
  throw new OptionError(
    `--codec: one of ${importers.ids().join(", ")}; --help says whose weights each reads`,
  );
}

function readDecibel(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new OptionError(`--snr: a number in dB; got "${text}"`);
}

async function read(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size, isFile } = await Deno.stat(file);
    if (!isFile) throw new OptionError(`"${file}" is no file`);
    if (size > MOST_BYTES) {
      throw new FormatError(`Cannot read "${file}": ${size} bytes; ${MOST_BYTES} is the most`);
    }
    return await Deno.readFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new OptionError(`there is no file "${file}"`);
    throw error;
  }
}

/** The file's name without folder and ending. */
function nameOf(file: string): string {
  return (file.split("/").at(-1) as string).replace(/\.[^.]*$/, "");
}

if (import.meta.main) await exitOnError(() => main(Deno.args));
