/**
 * What a task of a job array runs: its share of an order. `deno task sim --slurm` submits it.
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { loadPlugins } from "../plugins.ts";
import { ArrayFolder, readOrder } from "../slurm/order.ts";
import { Store } from "../store.ts";
import { exitOnError } from "./exit.ts";
import { runShare } from "./shard_run.ts";

async function task([path = ""]: readonly string[]): Promise<number> {
  const index = Number(Deno.env.get("SLURM_ARRAY_TASK_ID"));
  if (!Number.isInteger(index) || index < 1) {
    throw new OptionError("this is a task of a job array; deno task sim --slurm submits it");
  }
  const order = await readOrder(path);
  const { experiment, tasks, trials, points, images, run } = order;
  const node = Deno.env.get("SLURMD_NODENAME") ?? Deno.hostname();
  console.log(`shard ${index}/${tasks} on ${node}`);
  const plugins = await loadPlugins(experiment.plugins);
  using known = new Store(order.known, { borrowed: true });
  const out = ArrayFolder.ofOrder(path).results(index);
  const settings = { ...run, out, dryRun: false, quiet: false };
  const shard = { index, of: tasks };
  return await runShare(experiment, plugins, settings, {
    shard,
    trials,
    points: new Set(points),
    known,
    images,
  });
}

if (import.meta.main) await exitOnError(() => task(Deno.args));
