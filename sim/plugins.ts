/**
 * The plugins of a run: those that come with the project, found in its folders, and those that a
 * user names with `--plugin`. Adding a codec to the project is adding a folder `baselines/<name>`
 * with a `plugin.ts`; nothing lists it.
 *
 * A plugin module's default export is a codec, or a list of codecs; a named export `channels` may
 * hold channels, `trainable` what `deno task train` can train, and `importer` whose weights
 * `deno task import` can read.
 *
 * @module
 */
import type { ChannelPlugin } from "../core/channel.ts";
import type { CodecPlugin } from "../core/codec.ts";
import { isDeliberate, OptionError } from "../core/errors.ts";
import { Registry } from "../core/registry.ts";
import type { ImporterPlugin } from "../core/tensor/checkpoint/importer.ts";
import type { TrainablePlugin } from "../core/tensor/trainable.ts";

/** Codecs and channels by id. */
export interface Plugins {
  readonly codecs: Registry<CodecPlugin>;
  readonly channels: Registry<ChannelPlugin>;
  readonly trainables: Registry<TrainableSource>;
  readonly importers: Registry<ImporterSource>;
}

/** What can be trained. The id is that of its codec. */
export interface TrainableSource {
  readonly id: string;
  readonly plugin: TrainablePlugin;
  /** Module of which `plugin` is the export `trainable`: other processes load it from there. */
  readonly module: string;
}

/** Whose weights can be imported. The id is that of the codec. */
export interface ImporterSource {
  readonly id: string;
  readonly plugin: ImporterPlugin;
}

/** Folders whose sub-folders hold a codec each. */
const CODEC_FOLDERS = [new URL("../baselines/", import.meta.url)];
/** Codecs that live elsewhere. */
const CODEC_MODULES = [new URL("../core/cdm_jscc/plugin.ts", import.meta.url)];
const CHANNEL_FOLDER = new URL("../channels/", import.meta.url);

/**
 * Loads the project's own plugins, then those named.
 *
 * @param specifiers Module specifiers: `./my_codec.ts` (from the working folder), `npm:...`, URLs.
 * @throws {OptionError} When one cannot be loaded, is no plugin, or brings an id that is taken.
 */
export async function loadPlugins(specifiers: readonly string[]): Promise<Plugins> {
  const plugins: Plugins = {
    codecs: new Registry<CodecPlugin>("codec"),
    channels: new Registry<ChannelPlugin>("channel"),
    trainables: new Registry<TrainableSource>("trainable codec"),
    importers: new Registry<ImporterSource>("codec with an importer"),
  };
  for (const url of channelModules()) register(plugins, {}, await import(url.href), url.href);
  for (const url of codecModules()) {
    const module = await import(url.href) as PluginModule;
    register(plugins, module, {}, url.href);
  }
  for (const specifier of specifiers) {
    const module = await loadForeign(specifier);
    register(plugins, module, module, specifier);
  }
  return plugins;
}

interface PluginModule {
  readonly default?: CodecPlugin | readonly CodecPlugin[];
  readonly trainable?: TrainablePlugin;
  readonly importer?: ImporterPlugin;
}
interface ChannelModule {
  readonly channels?: readonly ChannelPlugin[];
}

function* codecModules(): Iterable<URL> {
  for (const folder of CODEC_FOLDERS) {
    for (const name of names(folder)) {
      const url = new URL(`${name}/plugin.ts`, folder);
      if (exists(url)) yield url;
    }
  }
  yield* CODEC_MODULES.filter(exists);
}

function* channelModules(): Iterable<URL> {
  yield new URL("mod.ts", CHANNEL_FOLDER);
}

function names(folder: URL): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

function exists(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

function resolved(specifier: string): string {
  const isPath = /^\.{0,2}\//.test(specifier);
  return isPath ? new URL(specifier, `file://${Deno.cwd()}/`).href : specifier;
}

async function loadForeign(specifier: string): Promise<PluginModule & ChannelModule> {
  try {
    return await import(resolved(specifier));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new OptionError(
      `--plugin "${specifier}": a module whose default export is a codec; it does not load: ${reason}`,
    );
  }
}

function register(
  plugins: Plugins,
  { default: codecs, trainable, importer }: PluginModule,
  { channels = [] }: ChannelModule,
  source: string,
): void {
  const list = codecs === undefined ? [] : Array.isArray(codecs) ? codecs : [codecs];
  if (list.length === 0 && channels.length === 0 && !trainable) {
    throw new OptionError(
      `--plugin "${source}": a default export that is a codec or a list of codecs; it has none`,
    );
  }
  try {
    for (const codec of list as CodecPlugin[]) {
      if (typeof codec?.create !== "function" || typeof codec.options !== "object") {
        throw new OptionError("its default export is not a codec (id, title, options, create)");
      }
      plugins.codecs.register(codec);
    }
    for (const channel of channels) plugins.channels.register(channel);
    if (trainable) {
      const module = resolved(source);
      plugins.trainables.register({ id: trainable.codec, plugin: trainable, module });
    }
    if (importer) plugins.importers.register({ id: importer.codec, plugin: importer });
  } catch (error) {
    if (isDeliberate(error)) throw new OptionError(`plugin ${source}: ${error.message}`);
    throw error;
  }
}
