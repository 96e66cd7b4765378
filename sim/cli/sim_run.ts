/**
 * Runs an experiment from the command line.
 *
 * @module
 */
import type { Experiment } from "../experiment.ts";
import { duration } from "../output/progress.ts";
import type { Plugins } from "../plugins.ts";
import { unitCount } from "../share.ts";
import { commandOf } from "./command_of.ts";
import { EXIT } from "./exit.ts";
import { type OpenRun, type RunSetup, withRun } from "./open_run.ts";
import { writeRun } from "./run_outputs.ts";
import type { Settings } from "./sim_settings.ts";

/** @returns The exit status: 0, 1 when a codec failed, 130 after Ctrl-C. */
export function runSimulation(
  experiment: Experiment,
  plugins: Plugins,
  settings: Settings,
  setup?: RunSetup,
): Promise<number> {
  return withRun(experiment, plugins, settings, async (run) => {
    const { simulation, store, choice, observer, say } = run;
    say(`semcast: ${commandOf(experiment, plugins)}`);
    if (settings.dryRun) {
      await printPlan(run, settings.workers);
      return 0;
    }
    const result = await simulation.run();
    observer.end();
    const engines = store.engines();
    await writeRun(settings.out, { experiment, plugins, choice, result, store, engines }, say);
    return result.failures.length > 0 ? EXIT.failed : 0;
  }, setup);
}

async function printPlan({ simulation, store }: OpenRun, workers: number): Promise<void> {
  const points = await simulation.prepare();
  const missing = simulation.missing(points);
  const perCodec = Map.groupBy(missing, ({ codec }) => codec.request.codec);
  let totalMs = 0, known = true;
  for (const codec of new Set(points.map((point) => point.codec.request.codec))) {
    const groups = perCodec.get(codec) ?? [];
    const open = unitCount(groups);
    const asked = points.filter((point) => point.codec.request.codec === codec).length *
      simulation.images.length;
    const meanMs = store.meanUnitMs(codec) ?? (open > 0 ? await simulation.probe(groups) : 0);
    if (meanMs === undefined) known = false;
    else totalMs += meanMs * open / workers;
    const each = meanMs === undefined ? "unknown" : `${Math.round(meanMs)} ms`;
    console.log(`${codec}: ${asked} units, ${asked - open} in the store, ${each} a unit`);
  }
  const time = known ? `about ${duration(totalMs / 1000)} with ${workers} workers` : "unknown";
  console.log(`to do: ${unitCount(missing)} units; time: ${time}`);
}
