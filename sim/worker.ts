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
import type { Metric } from "../core/metric.ts";
import { parseOptions } from "../core/options.ts";
import { chooseTensors, tensorsInUse } from "../core/tensor/engine.ts";
import { canonicalJson } from "./canonical.ts";
import { hostFor, Memo } from "./host.ts";
import type { CodecRequest, DescribeJob, Description, Job, Link, Progress } from "./job.ts";
import { loadMetric } from "./metrics/mod.ts";
import { loadPlugins, type Plugins } from "./plugins.ts";
import { runGroup } from "./run_group.ts";
import { WeightFolder } from "./weight_folder.ts";

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
const weights = new WeightFolder();
const judges = new Map<string, Metric>();
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

/** A metric stays, and with it the network that it may have loaded. */
function metric(id: string): Metric {
  const made = judges.get(id) ?? loadMetric(id, weights);
  judges.set(id, made);
  return made;
}

let reported = false;

function tell(progress: Progress): void {
  process.send?.({ progress });
}

/** Says once what tensors are computed with, whoever opened them. */
function tellTensors(): void {
  const engine = tensorsInUse();
  if (!engine || reported) return;
  reported = true;
  tell({ kind: "tensors", engine });
}

async function work(job: Job): Promise<unknown> {
  chooseTensors(job.tensors);
  if (job.kind === "describe") {
    const descriptions = await describe(job);
    tellTensors();
    return descriptions;
  }
  for await (const done of runGroup(job, { open: (task) => open(job.codec, task), metric })) {
    tellTensors();
    tell(done);
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
