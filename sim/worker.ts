/**
 * The child process of the pool: does one job at a time. A process and not a web worker, because a
 * web worker that is inside a loop cannot be stopped, and one that runs out of memory takes the
 * whole program with it.
 *
 * @module
 */
import process from "node:process";
import type { Codec, Host } from "../core/codec.ts";
import type { Channel } from "../core/channel.ts";
import { isDeliberate } from "../core/errors.ts";
import { parseOptions } from "../core/options.ts";
import { canonicalJson } from "./canonical.ts";
import { hostFor, Memo } from "./host.ts";
import type { CodecRequest, DescribeJob, Description, Job, Link } from "./job.ts";
import { loadPlugins, type Plugins } from "./plugins.ts";
import { runGroup } from "./run_group.ts";

/** Encodes and other shared work, per process. */
const MEMO_BYTES = 256 * 2 ** 20;
/** Codecs kept open; learned ones hold weights. */
const OPEN_CODECS = 16;

interface Opened {
  readonly codec: Codec;
  readonly channel: Channel;
  readonly host: Host;
}

const memo = new Memo(MEMO_BYTES);
const opened = new Map<string, Promise<Opened>>();
let plugins: { key: string; loaded: Promise<Plugins> } | undefined;

function pluginsOf(specifiers: readonly string[]): Promise<Plugins> {
  const key = canonicalJson(specifiers);
  if (plugins?.key !== key) plugins = { key, loaded: loadPlugins(specifiers) };
  return plugins.loaded;
}

async function open(request: CodecRequest, link: Link): Promise<Opened> {
  const key = canonicalJson([request, link.session, link.channel]);
  let found = opened.get(key);
  if (found) {
    opened.delete(key);
  } else {
    found = create(request, link);
    for (const [oldest, old] of opened) {
      if (opened.size < OPEN_CODECS) break;
      opened.delete(oldest);
      (await old).codec.dispose();
    }
  }
  opened.set(key, found); // most recently used last
  try {
    return await found;
  } catch (error) {
    opened.delete(key);
    throw error;
  }
}

async function create(request: CodecRequest, { session, channel: spec }: Link): Promise<Opened> {
  const { codecs, channels } = await pluginsOf(request.plugins);
  const channelPlugin = channels.get(spec.id);
  const channel = channelPlugin.create(
    parseOptions(channelPlugin.options, spec.options, `--channel ${spec.id}`),
  );
  const plugin = codecs.get(request.codec);
  const options = parseOptions(plugin.options, request.options, request.codec);
  const host = hostFor(channel, memo);
  return { codec: await plugin.create(session, options, host), channel, host };
}

async function describe(job: DescribeJob): Promise<Description[]> {
  const descriptions: Description[] = [];
  for (const link of job.links) {
    const { codec } = await open(job.codec, link);
    descriptions.push({ version: codec.version, notes: codec.notes ?? [] });
  }
  return descriptions;
}

async function work(job: Job): Promise<unknown> {
  if (job.kind === "describe") return await describe(job);
  for await (const unit of runGroup(job, (task) => open(job.codec, task))) {
    process.send?.({ progress: unit });
  }
  return null;
}

process.on("message", async ({ job }: { job: Job }) => {
  try {
    process.send?.({ done: await work(job) });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    process.send?.({ threw: isDeliberate(error) ? text : `${text} (an error in its own code)` });
  }
});
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {}); // the main process decides what a Ctrl-C stops
