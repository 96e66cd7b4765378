/**
 * `deno task sim`: runs a comparison and writes its tables and figures.
 *
 * @module
 */
import { readArguments } from "./arguments.ts";
import { exitOnError } from "./exit.ts";
import { ARGUMENTS, help } from "./sim_arguments.ts";

async function main(args: readonly string[]): Promise<number> {
  const given = readArguments(args, ARGUMENTS);
  if (given.has("help")) {
    console.log(await help());
    return 0;
  }
  const { buildExperiment, loadExperiment, readSettings } = await import("./sim_settings.ts");
  const { loadPlugins } = await import("../plugins.ts");
  const settings = readSettings(given);
  const file = await loadExperiment(given);
  const plugins = await loadPlugins(given.get("plugin") ?? file.plugins ?? []);
  if (given.has("list")) {
    const { listing } = await import("./sim_listing.ts");
    console.log(listing(plugins));
    return 0;
  }
  const experiment = buildExperiment(given, file, plugins);
  const { shard, slurm, dryRun } = settings;
  if (shard) {
    const { runWithShard } = await import("./shard_run.ts");
    return await runWithShard(experiment, plugins, settings, shard);
  }
  const { runSimulation } = await import("./sim_run.ts");
  if (!slurm || dryRun) return await runSimulation(experiment, plugins, settings);
  const { slurmSetup } = await import("./slurm_setup.ts");
  return await runSimulation(experiment, plugins, settings, slurmSetup(settings, slurm));
}

export { manual } from "./sim_arguments.ts";

if (import.meta.main) await exitOnError(() => main(Deno.args));
