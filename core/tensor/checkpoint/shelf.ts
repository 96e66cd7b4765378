/**
 * Where checkpoints lie: the shelf of those that come with the project, and files that a user names.
 *
 *     weights/<codec>/index.json          names of the checkpoints: ["deepjscc-compact-cbr1_48-snr10"]
 *     weights/<codec>/<name>.json         manifest
 *     weights/<codec>/<name>.safetensors  parameters
 *
 * All is fetched, so that it works in a browser as on a disk; the index is there because a web server
 * lists no folders.
 *
 * @module
 */
import { CapabilityError, FormatError, isDeliberate, OptionError } from "../../errors.ts";
import {
  type CheckpointWish,
  chooseCheckpoint,
  type ChosenCheckpoint,
  type ShelvedCheckpoint,
  useCheckpoint,
} from "./choose.ts";
import { readManifest } from "./manifest.ts";
import { openWeights, type ParameterShapes } from "./open.ts";

/** A checkpoint with the place of its parameters. */
export interface LocatedCheckpoint extends ShelvedCheckpoint {
  readonly weights: URL;
}

const SHELF = new URL("../../../weights/", import.meta.url);

/**
 * The checkpoints of a codec that come with the project; none when it has no folder.
 *
 * @param shelf The folder of all codecs' folders.
 * @throws {FormatError} When the index or a manifest is damaged.
 * @throws {CapabilityError} When a manifest that the index names cannot be fetched.
 */
export async function shippedCheckpoints(
  codec: string,
  shelf: URL = SHELF,
): Promise<readonly LocatedCheckpoint[]> {
  const folder = new URL(`${codec}/`, shelf), index = new URL("index.json", folder);
  const bytes = await tryFetch(index);
  if (typeof bytes === "string") return [];
  const names = readIndex(new TextDecoder().decode(bytes), nameOf(index));
  return await Promise.all(names.map((name) => locate(new URL(`${name}.safetensors`, folder))));
}

/**
 * The checkpoint that a user named: the path or URL of its weights or its manifest, which lie side by
 * side.
 *
 * @throws {OptionError} When there is no such file.
 * @throws {FormatError} When its manifest is damaged.
 */
export async function namedCheckpoint(name: string): Promise<LocatedCheckpoint> {
  if (!/\.(safetensors|json)$/.test(name)) {
    throw new OptionError(
      `checkpoint: a .safetensors file with its .json beside it; got "${name}". Published weights ` +
        "of other forms become such files with: deno task import",
    );
  }
  const url = await userUrl(name.replace(/\.json$/, ".safetensors"));
  try {
    return await locate(url);
  } catch (error) {
    if (error instanceof CapabilityError) throw new OptionError(`checkpoint: ${error.message}`);
    throw error;
  }
}

/**
 * What a session uses: the file that the user named, else the shelf's for the session's SNR, else its
 * nearest, which the note says.
 *
 * @param file What the user named; "": nothing.
 * @param fits Of the shelf's checkpoints, which are meant, beside codec, preset and CBR.
 * @throws {CapabilityError} When the shelf has none that fits; the text says what there is.
 * @throws {OptionError} When the file cannot be used for this session.
 */
export async function checkpointFor(
  wish: CheckpointWish,
  file: string,
  fits: (checkpoint: LocatedCheckpoint) => boolean = () => true,
): Promise<ChosenCheckpoint<LocatedCheckpoint>> {
  if (file !== "") return useCheckpoint(await namedCheckpoint(file), wish);
  const shelf = await shippedCheckpoints(wish.codec);
  return chooseCheckpoint(shelf.filter(fits), wish);
}

/**
 * The parameters of a checkpoint by name, checked against its digest and the network's shapes.
 *
 * @throws {CapabilityError} When the file cannot be fetched.
 * @throws {FormatError} When it is another file, or of another network.
 */
export async function fetchParameters(
  { manifest, weights }: LocatedCheckpoint,
  shapes: ParameterShapes,
): Promise<ReadonlyMap<string, Float32Array>> {
  return await openWeights(manifest, await fetchBytes(weights), shapes, nameOf(weights));
}

async function locate(weights: URL): Promise<LocatedCheckpoint> {
  const url = new URL(weights.href.replace(/\.safetensors$/, ".json"));
  const text = new TextDecoder().decode(await fetchBytes(url));
  return { file: nameOf(weights), manifest: readManifest(text, nameOf(url)), weights };
}

async function fetchBytes(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await tryFetch(url);
  if (typeof bytes !== "string") return bytes;
  throw new CapabilityError(`"${nameOf(url)}" cannot be fetched: ${bytes}`);
}

/** The bytes, or why there are none. */
async function tryFetch(url: URL): Promise<Uint8Array<ArrayBuffer> | string> {
  try {
    const response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    await response.body?.cancel();
    return `the server says ${response.status}`;
  } catch (error) {
    if (isDeliberate(error)) throw error;
    return url.protocol === "file:" ? "there is no such file" : "there is no connection";
  }
}

function readIndex(text: string, file: string): readonly string[] {
  let names: unknown;
  try {
    names = JSON.parse(text);
  } catch {
    // said below
  }
  if (Array.isArray(names) && names.every((name) => /^[\w.-]{1,200}$/.test(String(name)))) {
    return names as string[];
  }
  throw new FormatError(`Cannot read "${file}": a list of names of checkpoints is wanted`);
}

/** The URL of what a user named: a URL, a path, or in a web page a relative URL. */
export async function userUrl(name: string): Promise<URL> {
  if (/^(https?|file|blob|data):/.test(name)) return new URL(name);
  if (!("Deno" in globalThis)) return new URL(name, globalThis.location.href);
  const { userFileUrl } = await import("../native/user_file.ts");
  return userFileUrl(name);
}

/** The last part of a path. */
function nameOf(url: URL): string {
  return decodeURIComponent(url.pathname.split("/").at(-1) ?? url.href);
}
