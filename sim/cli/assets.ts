/**
 * `deno task assets`: fetches pictures and weights that are not part of the project.
 *
 * @module
 */
import { join } from "node:path";
import { sha256 } from "../../core/digest.ts";
import { DataError, OptionError } from "../../core/errors.ts";
import { assetFolder } from "../data/asset_folder.ts";
import { download, type DownloadOptions } from "../data/download.ts";
import { type Asset, ASSETS, type Conversion } from "./asset_list.ts";
import { DownloadProgress } from "./assets_progress.ts";
import { isFile } from "../data/is_file.ts";
import { type Argument, helpText, type Manual, readArguments } from "./arguments.ts";
import { exitOnError } from "./exit.ts";

const ARGUMENTS: readonly Argument[] = [
  {
    name: "from",
    value: "URL",
    text: "folder of a server that has the same files; they are held against their checksums",
    default: "where they are published",
  },
  {
    name: "to",
    value: "DIR",
    text: "folder for the files",
    default: "SEMCAST_ASSETS/kodak or /weights, else below the user's cache folder",
  },
  { name: "quiet", text: "prints errors only" },
  { name: "help", text: "this text" },
];

const USAGE = `deno task assets [name ...] [options]

Fetches pictures and weights that are not part of the project; goes on where it was cut.
Without a name: lists what there is and what is here.`;

/** What the command says of itself. */
export function manual(): Manual {
  return { usage: USAGE, options: ARGUMENTS };
}

/** What is fetched, from where and whereto. */
export interface Fetch {
  readonly asset: Asset;
  readonly base: URL;
  readonly folder: string;
}

/**
 * Fetches all files of an asset.
 *
 * @returns How many had to be fetched.
 * @throws {DataError} When a file cannot be had; those that were fetched stay.
 */
export async function fetchAsset(
  { asset, base, folder }: Fetch,
  progress?: DownloadProgress,
  options: DownloadOptions = {},
): Promise<number> {
  if (asset.makes && await isFile(join(folder, asset.makes.name))) return 0;
  const parts = asset.makes ? join(folder, `${asset.makes.name}.parts`) : folder;
  await makeFolder(parts);
  let fetched = 0;
  for (const file of asset.files) {
    const onBytes = (bytes: number): void => progress?.receive(bytes);
    const how = await download(base, parts, file, { ...options, onBytes });
    progress?.complete((await Deno.stat(join(parts, file.name))).size, how);
    if (how === "fetched") fetched++;
  }
  if (asset.makes) await convert(asset.makes, parts, folder);
  return fetched;
}

/** Makes the file of an asset and removes what it is made of; a file that is there is whole. */
async function convert(
  { name, sha256: wanted, convert }: Conversion,
  parts: string,
  folder: string,
): Promise<void> {
  const bytes = await convert(async (file) => await Deno.readFile(join(parts, file)));
  if (wanted !== undefined && await sha256(bytes) !== wanted) {
    throw new DataError(
      `"${name}" made of what was fetched has another SHA-256 than it should: a file in "${parts}" is damaged; remove that folder and run this again`,
    );
  }
  const path = join(folder, name);
  await Deno.writeFile(`${path}.part`, bytes);
  await Deno.rename(`${path}.part`, path);
  await Deno.remove(parts, { recursive: true });
}

/**
 * Reads the address given with `--from`.
 *
 * @throws {OptionError} When it is no http or https address.
 */
export function readBase(text: string): URL {
  const url = URL.parse(text.endsWith("/") ? text : `${text}/`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new OptionError(`--from: an address that begins with http: or https:; got "${text}"`);
  }
  return url;
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DataError(`Cannot write to the folder "${folder}": ${why}`, { cause: error });
  }
}

async function listing(): Promise<string> {
  const lines: string[] = [];
  for (const { id, text, folder: kind = id, files, makes } of ASSETS) {
    const folder = assetFolder(kind), kept = makes ? [makes] : files;
    const here = await Promise.all(kept.map(({ name }) => isFile(join(folder, name))));
    const count = here.filter((there) => there).length;
    lines.push(`${id}: ${text}`, `  ${count} of ${kept.length} files in ${folder}`);
  }
  return lines.join("\n");
}

async function main(args: readonly string[]): Promise<void> {
  const firstOption = args.findIndex((arg) => arg.startsWith("-"));
  const names = args.slice(0, firstOption < 0 ? args.length : firstOption);
  const given = readArguments(args.slice(names.length), ARGUMENTS);
  if (given.has("help")) return console.log(helpText(manual()));
  if (names.length === 0) return console.log(await listing());
  const [from] = given.get("from") ?? [], [to] = given.get("to") ?? [];
  if (names.length > 1 && (from ?? to) !== undefined) {
    throw new OptionError(`--from, --to: for one asset at a time; got ${names.join(" ")}`);
  }
  for (const asset of names.map((name) => ASSETS.get(name))) {
    const folder = to ?? assetFolder(asset.folder ?? asset.id);
    const source = from === undefined ? asset : mirrored(asset);
    await fetchAndReport(
      { asset: source, base: readBase(from ?? asset.address), folder },
      given.has("quiet"),
    );
  }
}

/** On a mirror all files lie in one folder, under the names that they have here. */
function mirrored(asset: Asset): Asset {
  return { ...asset, files: asset.files.map(({ remote: _, ...file }) => file) };
}

async function fetchAndReport(wanted: Fetch, quiet: boolean): Promise<void> {
  const { asset: { id, files }, folder } = wanted;
  const bytes = files.reduce((sum, file) => sum + (file.bytes ?? file.about ?? 0), 0);
  const progress = quiet
    ? undefined
    : new DownloadProgress({ label: id, files: files.length, bytes });
  let fetched = 0;
  try {
    fetched = await fetchAsset(wanted, progress);
  } finally {
    progress?.finish();
  }
  if (!quiet) {
    console.log(`${id}: ${files.length} files in ${folder} (${fetched} fetched now)`);
  }
}

if (import.meta.main) {
  await exitOnError(async () => {
    await main(Deno.args);
    return 0;
  });
}
