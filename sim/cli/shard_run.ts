/**
 * Runs one share of an experiment, for `--shard` and for the tasks of a job array.
 *
 * @module
 */
import { DataError, OptionError } from "../../core/errors.ts";
import type { Experiment } from "../experiment.ts";
import { writeWhole } from "../output/files.ts";
import type { Plugins } from "../plugins.ts";
import { runShard, type ShardWork } from "../run_shard.ts";
import { formatShard, type Shard } from "../shard.ts";
import { EXIT } from "./exit.ts";
import { withRun } from "./open_run.ts";
import type { Settings } from "./sim_settings.ts";

/**
 * Runs the share that `--shard` names.
 *
 * @returns The exit status: 0, 1 when a codec failed, 130 after Ctrl-C.
 * @throws {OptionError} When the experiment cannot be parted.
 */
export function runWithShard(
  experiment: Experiment,
  plugins: Plugins,
  settings: Settings,
  shard: Shard,
): Promise<number> {
  if (Object.keys(experiment.halfWidth).length > 0) {
    throw new OptionError(
      "--half-width with --shard: a half-width is judged over all pictures, and a shard has some " +
        "of them; give --trials alone, or use --slurm",
    );
  }
  return runShare(experiment, plugins, settings, { shard });
}

/**
 * Runs a share of some trials.
 *
 * @returns The exit status: 0, 1 when a codec failed, 130 after Ctrl-C.
 */
export function runShare(
  experiment: Experiment,
  plugins: Plugins,
  settings: Settings,
  work: ShardWork,
): Promise<number> {
  const { out } = settings;
  return withRun(experiment, plugins, settings, async (run) => {
    const { simulation, store, choice, observer, say } = run;
    // a share without a metric would be found out only when all shares are merged
    if (choice.missing) throw new DataError(`every share has all metrics; ${choice.missing}`);
    await writeWhole(`${out}/experiment.json`, `${JSON.stringify(experiment, null, 2)}\n`);
    const { units, of, failures } = await runShard(experiment, simulation, store, work);
    observer.end();
    say(`shard ${formatShard(work.shard)}: ${units} of ${of} units are in ${out}/results.sqlite`);
    return failures.length > 0 ? EXIT.failed : 0;
  }, { sharedFolder: true });
}
