/**
 * What a finished run leaves: its files, and the table in the terminal.
 *
 * @module
 */
import type { Experiment } from "../experiment.ts";
import type { MetricChoice } from "../metric_choice.ts";
import { metricInfo } from "../metrics/mod.ts";
import { writeOutputs, writeWhole } from "../output/files.ts";
import { writeReport } from "../output/report/write.ts";
import { terminalSize } from "../output/progress.ts";
import { terminalTable } from "../output/table.ts";
import type { Plugins } from "../plugins.ts";
import type { RunResult } from "../simulate.ts";
import type { Store } from "../store.ts";
import type { MetricColumn, Summary } from "../summary.ts";
import { commandOf } from "./command_of.ts";

/** A finished run. */
export interface FinishedRun {
  readonly experiment: Experiment;
  readonly plugins: Plugins;
  readonly choice: MetricChoice;
  readonly result: RunResult;
  readonly store: Store;
  /** What tensors were computed with. */
  readonly engines: readonly string[];
}

/** Writes all outputs of a run into its folder and says so. */
export async function writeRun(
  out: string,
  run: FinishedRun,
  say: (text: string) => void,
): Promise<void> {
  const summary = summaryOf(run);
  await writeWhole(`${out}/experiment.json`, `${JSON.stringify(run.experiment, null, 2)}\n`);
  const files = [
    ...await writeOutputs(out, summary),
    ...await writeReport(out, { summary, experiment: run.experiment, store: run.store }),
  ];
  say(`\n${terminalTable(summary, tableWidth())}\n`);
  say(`${out}/: results.sqlite, experiment.json, ${files.join(", ")}`);
}

/** Columns for a table in a file or pipe, where nothing needs to be left out. */
const WIDE = 200;

function tableWidth(): number {
  return Deno.stdout.isTerminal() ? terminalSize().columns : WIDE;
}

function summaryOf({ experiment, plugins, choice, result, engines }: FinishedRun): Summary {
  const { points, images, dataName, failures } = result;
  const { ready, versions, missing } = choice;
  return {
    command: commandOf(experiment, plugins),
    seed: experiment.seed,
    versions: {
      semcast: "0.1.0",
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      ...engines.length > 0 ? { tensors: engines.join(" | ") } : {},
      ...Object.fromEntries([...versions].map(([id, digests]) => [`weights of ${id}`, digests])),
    },
    data: { name: dataName, images: images.length, list: images },
    metrics: ready.map(column),
    points,
    notes: [...missing ? [missing] : [], ...failures],
  };
}

function column(metric: string): MetricColumn {
  const { id, title, unit, better, digits, reference, note } = metricInfo(metric);
  return { id, title, unit, better, digits, reference, ...note ? { note } : {} };
}
