/**
 * `deno task assets`: fetches pictures that are not part of the project.
 *
 * @module
 */
import { join } from "node:path";
import { DataError, OptionError } from "../../core/errors.ts";
import { Registry } from "../../core/registry.ts";
import { assetFolder } from "../data/asset_folder.ts";
import { download, type DownloadOptions, type PublishedFile } from "../data/download.ts";
import { DownloadProgress } from "./assets_progress.ts";
import { isFile } from "../data/is_file.ts";
import { KODAK_FILES } from "../data/kodak.ts";
import { type Argument, helpText, readArguments } from "./arguments.ts";
import { exitOnError } from "./exit.ts";

/** Something that can be fetched. */
export interface Asset {
  /** As on the command line; also its folder. */
  readonly id: string;
  /** What it is, and under which terms. */
  readonly text: string;
  /** Where it is published: a folder, ending in a slash. */
  readonly address: string;
  readonly files: readonly PublishedFile[];
}

const ASSETS = new Registry<Asset>("asset");
ASSETS.register({
  id: "kodak",
  text: "Kodak Lossless True Color Image Suite, 24 pictures, released for unrestricted use",
  address: "https://r0k.us/graphics/kodak/kodak/",
  files: KODAK_FILES,
});

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
    default: "SEMCAST_ASSETS/<name>, else below the user's cache folder",
  },
  { name: "quiet", text: "prints errors only" },
  { name: "help", text: "this text" },
];

const USAGE = `deno task assets [name ...] [options]

Fetches pictures that are not part of the project; goes on where it was cut.
Without a name: lists what there is and what is here.`;

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
  await makeFolder(folder);
  let fetched = 0;
  for (const file of asset.files) {
    const onBytes = (bytes: number): void => progress?.receive(bytes);
    const how = await download(base, folder, file, { ...options, onBytes });
    progress?.complete(file.bytes, how);
    if (how === "fetched") fetched++;
  }
  return fetched;
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
  for (const { id, text, files } of ASSETS) {
    const folder = assetFolder(id);
    const here = await Promise.all(files.map(({ name }) => isFile(join(folder, name))));
    const count = here.filter((there) => there).length;
    lines.push(`${id}: ${text}`, `  ${count} of ${files.length} files in ${folder}`);
  }
  return lines.join("\n");
}

async function main(args: readonly string[]): Promise<void> {
  const firstOption = args.findIndex((arg) => arg.startsWith("-"));
  const names = args.slice(0, firstOption < 0 ? args.length : firstOption);
  const given = readArguments(args.slice(names.length), ARGUMENTS);
  if (given.has("help")) return console.log(helpText(USAGE, ARGUMENTS));
  if (names.length === 0) return console.log(await listing());
  const [from] = given.get("from") ?? [], [to] = given.get("to") ?? [];
  if (names.length > 1 && (from ?? to) !== undefined) {
    throw new OptionError(`--from, --to: for one asset at a time; got ${names.join(" ")}`);
  }
  for (const asset of names.map((name) => ASSETS.get(name))) {
    const folder = to ?? assetFolder(asset.id);
    await fetchAndReport(
      { asset, base: readBase(from ?? asset.address), folder },
      given.has("quiet"),
    );
  }
}

async function fetchAndReport(wanted: Fetch, quiet: boolean): Promise<void> {
  const { asset: { id, files }, folder } = wanted;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
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
