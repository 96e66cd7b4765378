/**
 * Fetches Debian source packages through apt, as an ordinary user, and unpacks them.
 *
 * apt needs `deb-src` entries, which most machines lack. We derive them from the machine's own
 * `deb` entries and keep apt's lists in the build cache, so nothing of the system changes.
 *
 * @module
 */
import { CapabilityError } from "../core/errors.ts";
import { sha256 } from "./digest.ts";
import { execute } from "./execute.ts";

/** A Debian source package, each file pinned by its sha256. */
export interface SourcePackage {
  readonly name: string;
  readonly version: string;
  /** Upstream archive and Debian's packaging, in this order: file name to sha256. */
  readonly files: Readonly<Record<string, string>>;
  /** Other versions in Debian's archive that carry the same upstream archive. */
  readonly alsoIn?: readonly string[];
}

/** Where a package goes. */
export interface Destination {
  /** Folder for the archives; what is there and has the right digest is not fetched again. */
  readonly archives: string;
  /** Folder of the patched tree; replaced when it exists. */
  readonly tree: string;
  /** Patch files (`-p1`) to apply after Debian's. */
  readonly patches: readonly string[];
}

/**
 * Fetches, checks, unpacks and patches a package.
 *
 * @throws {CapabilityError} When apt cannot deliver files with the pinned digests.
 */
export async function unpackDebianSource(source: SourcePackage, to: Destination): Promise<void> {
  await Deno.mkdir(to.archives, { recursive: true });
  if (!await allPresent(source, to.archives)) await download(source, to.archives);
  if (!await allPresent(source, to.archives)) {
    throw new CapabilityError(
      `${source.name} ${source.version}: apt delivered no files with the pinned digests; ` +
        `put ${Object.keys(source.files).join(" and ")} into ${to.archives}`,
    );
  }
  await removeIfPresent(to.tree);
  await Deno.mkdir(to.tree, { recursive: true });
  const [upstream, packaging] = Object.keys(source.files) as [string, string];
  await execute("tar", [
    "-xf",
    `${to.archives}/${upstream}`,
    "-C",
    to.tree,
    "--strip-components=1",
  ]);
  await execute("tar", ["-xf", `${to.archives}/${packaging}`, "-C", to.tree]);
  for (const patch of [...await debianPatches(to.tree), ...to.patches]) {
    await execute("patch", ["-p1", "-s", "-i", patch], { cwd: to.tree });
  }
}

async function debianPatches(tree: string): Promise<string[]> {
  const series = await Deno.readTextFile(`${tree}/debian/patches/series`);
  return series.split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((name) => name !== "")
    .map((name) => `debian/patches/${name}`);
}

async function download(source: SourcePackage, archives: string): Promise<void> {
  const apt = `${archives}/apt`;
  const lists = `${apt}/lists`;
  await Deno.mkdir(`${lists}/partial`, { recursive: true });
  await Deno.mkdir(`${apt}/archives/partial`, { recursive: true });
  await Deno.writeTextFile(`${apt}/sources.sources`, sourceEntries());
  const options = [
    `Dir::Etc::sourcelist=${apt}/sources.sources`,
    "Dir::Etc::sourceparts=-",
    `Dir::State::lists=${lists}`,
    `Dir::Cache=${apt}`,
  ].flatMap((option) => ["-o", option]);
  await execute("apt-get", [...options, "update"]);
  for (const version of [source.version, ...source.alsoIn ?? []]) {
    try {
      const wanted = `${source.name}=${version}`;
      await execute("apt-get", [...options, "source", "--download-only", wanted], {
        cwd: archives,
      });
    } catch (error) {
      // A mirror may lack one of the files; another version brings the same archive. What counts
      // is the digest of each file afterwards.
      console.error(`${source.name} ${version}: ${(error as Error).message.split("\n").at(-1)}`);
    }
    if (await allPresent(source, archives)) return;
  }
}

/** The machine's apt entries with sources in place of binaries. */
function sourceEntries(): string {
  const folder = "/etc/apt/sources.list.d";
  const texts = [...Deno.readDirSync(folder)]
    .filter((entry) => entry.name.endsWith(".sources"))
    .map((entry) => Deno.readTextFileSync(`${folder}/${entry.name}`))
    .filter((text) => /debian-archive/.test(text));
  if (texts.length === 0) {
    throw new CapabilityError(`no Debian entry in ${folder}: the wasm build runs on Debian 12`);
  }
  return texts.join("\n\n").replaceAll(/^Types:.*$/gm, "Types: deb-src");
}

async function allPresent(source: SourcePackage, archives: string): Promise<boolean> {
  for (const [name, digest] of Object.entries(source.files)) {
    try {
      if (await sha256(await Deno.readFile(`${archives}/${name}`)) !== digest) return false;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return false;
    }
  }
  return true;
}

async function removeIfPresent(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
