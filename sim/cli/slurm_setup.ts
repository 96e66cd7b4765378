/**
 * Lets a Slurm cluster compute the rounds of a run.
 *
 * @module
 */
import { SlurmRun } from "../slurm/run.ts";
import type { SlurmSettings } from "../slurm/settings.ts";
import type { RunSetup } from "./open_run.ts";
import type { Settings } from "./sim_settings.ts";

/** How a run is set up whose units a cluster computes. */
export function slurmSetup(settings: Settings, slurm: SlurmSettings): RunSetup {
  const { out, workers, timeLimitMs, memoryLimitBytes, tensors } = settings;
  return {
    sharedFolder: true,
    elsewhere: async ({ store, possible, observer, signal }) => {
      const run = await SlurmRun.begin({
        experiment: possible,
        store,
        folder: `${Deno.realPathSync(out)}/slurm`,
        settings: slurm,
        run: { workers, timeLimitMs, memoryLimitBytes, tensors },
        observer,
        signal,
      });
      return (round) => run.compute(round);
    },
  };
}
