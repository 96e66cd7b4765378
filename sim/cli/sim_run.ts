/**
 * Runs an experiment from the command line: store, progress, outputs, Ctrl-C.
 *
 * @module
 */
import { DataError } from "../../core/errors.ts";
import { formatSpec, type OptionsSchema } from "../../core/options.ts";
import { DEFAULTS, type Experiment } from "../experiment.ts";
import { chooseMetrics, type MetricChoice } from "../metric_choice.ts";
import { metricInfo } from "../metrics/mod.ts";
import { writeOutputs, writeWhole } from "../output/files.ts";
import { duration, terminalSize } from "../output/progress.ts";
import { terminalTable } from "../output/table.ts";
import type { MissingGroup } from "../plan.ts";
import type { Plugins } from "../plugins.ts";
import { type RunResult, Simulation } from "../simulate.ts";
import { Store } from "../store.ts";
import type { MetricColumn, Summary } from "../summary.ts";
import { WeightFolder } from "../weight_folder.ts";
import { EXIT } from "./exit.ts";
import { RunObserver } from "./run_observer.ts";
import type { Settings } from "./sim_settings.ts";

/** @returns The exit status: 0, 1 when a codec failed, 130 after Ctrl-C. */
export async function runSimulation(
  experiment: Experiment,
  plugins: Plugins,
  settings: Settings,
): Promise<number> {
  const { out, quiet } = settings;
  await makeFolder(out);
  using store = new Store(`${out}/results.sqlite`);
  const choice = await chooseMetrics(experiment.metrics, new WeightFolder());
  const possible = withMetrics(experiment, choice);
  for (const [id, version] of choice.versions) store.claimMetric(id, version);
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  Deno.addSignalListener("SIGINT", onInterrupt);
  const say = (text: string): void => quiet ? undefined : console.log(text);
  const observer = new RunObserver(quiet);
  await using simulation = new Simulation(possible, plugins, store, {
    ...settings,
    observer,
    signal: stop.signal,
  });
  try {
    say(`semcast: ${commandOf(experiment, plugins)}`);
    if (choice.missing) console.error(choice.missing);
    if (settings.dryRun) {
      await printPlan(simulation, store, settings.workers);
      return 0;
    }
    const result = await simulation.run();
    observer.end();
    const summary = summaryOf(experiment, plugins, result, choice, store.engines());
    await writeWhole(`${out}/experiment.json`, `${JSON.stringify(experiment, null, 2)}\n`);
    const files = await writeOutputs(out, summary);
    say(`\n${terminalTable(summary, tableWidth())}\n`);
    say(`${out}/: results.sqlite, experiment.json, ${files.join(", ")}`);
    return result.failures.length > 0 ? EXIT.failed : 0;
  } catch (error) {
    observer.end();
    if (!stop.signal.aborted) throw error;
    console.error(
      `stopped; all finished results are in ${out}/results.sqlite. ` +
        "Run the same command again to go on",
    );
    return EXIT.interrupted;
  } finally {
    Deno.removeSignalListener("SIGINT", onInterrupt);
  }
}

/**
 * The experiment without what cannot be measured here.
 *
 * @throws {DataError} When nothing is left, or what is left out was to decide when to stop.
 */
function withMetrics(experiment: Experiment, { ready, missing }: MetricChoice): Experiment {
  const lost = Object.keys(experiment.halfWidth).filter((id) => !ready.includes(id));
  if (ready.length > 0 && lost.length === 0) return { ...experiment, metrics: ready };
  throw new DataError(`${missing}; without them there is nothing to run for`);
}

/** Columns for a table in a file or pipe, where nothing needs to be left out. */
const WIDE = 200;

function tableWidth(): number {
  return Deno.stdout.isTerminal() ? terminalSize().columns : WIDE;
}

async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw new DataError(
      `--out "${path}": a folder that can be written; ${(error as Error).message}`,
    );
  }
}

async function printPlan(simulation: Simulation, store: Store, workers: number): Promise<void> {
  const points = await simulation.prepare();
  const missing = simulation.missing(points);
  const perCodec = Map.groupBy(missing, ({ codec }) => codec.request.codec);
  let totalMs = 0, known = true;
  for (const codec of new Set(points.map((point) => point.codec.request.codec))) {
    const groups = perCodec.get(codec) ?? [];
    const open = count(groups);
    const asked = points.filter((point) => point.codec.request.codec === codec).length *
      simulation.images.length;
    const meanMs = store.meanUnitMs(codec) ?? (open > 0 ? await simulation.probe(groups) : 0);
    if (meanMs === undefined) known = false;
    else totalMs += meanMs * open / workers;
    const each = meanMs === undefined ? "unknown" : `${Math.round(meanMs)} ms`;
    console.log(`${codec}: ${asked} units, ${asked - open} in the store, ${each} a unit`);
  }
  const time = known ? `about ${duration(totalMs / 1000)} with ${workers} workers` : "unknown";
  console.log(`to do: ${count(missing)} units; time: ${time}`);
}

function count(groups: readonly MissingGroup[]): number {
  return groups.reduce((sum, { keys }) => sum + keys.size, 0);
}

function summaryOf(
  experiment: Experiment,
  plugins: Plugins,
  { points, images, dataName, failures }: RunResult,
  { ready, versions, missing }: MetricChoice,
  engines: readonly string[],
): Summary {
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

/** Stands for a default that no value equals. */
const ALWAYS = "";

/**
 * The command that runs an experiment: the main conditions always, the others where they differ from
 * their defaults, nothing that does not change results.
 */
export function commandOf(experiment: Experiment, plugins: Plugins): string {
  const { codecs, channels, halfWidth, cbr, metrics, snrDb, assumedSnrDb } = experiment;
  const all = codecs.map(({ id, options }) => text(id, plugins.codecs.get(id).options, options));
  const parts: [string, string, string][] = [
    ["codecs", all.join(" "), ALWAYS], // "every codec that is ready" changes with the project
    ["data", quoted(experiment.data), ALWAYS],
    ["images", String(experiment.images), String(DEFAULTS.images)],
    ["snr", snrDb.join(","), ALWAYS],
    ["assumed-snr", assumedSnrDb.join(","), DEFAULTS.assumedSnrDb.join(",")],
    ["cbr", cbr.join(","), ALWAYS],
    [
      "channel",
      channels.map(({ id, options }) => text(id, plugins.channels.get(id).options, options))
        .join(" "),
      DEFAULTS.channels.map(({ id }) => id).join(" "),
    ],
    ["side", experiment.sideInformation, DEFAULTS.sideInformation],
    ["metrics", metrics.join(","), DEFAULTS.metrics.join(",")],
    ["trials", String(experiment.trials), String(DEFAULTS.trials)],
    ["pictures", quoted(String(experiment.pictures)), String(DEFAULTS.pictures)],
    ["half-width", Object.entries(halfWidth).map((pair) => pair.join("=")).join(" "), ""],
    ["seed", String(experiment.seed), String(DEFAULTS.seed)],
    ["plugin", experiment.plugins.map(quoted).join(" "), ""],
  ];
  const given = parts.filter(([, value, fallback]) => value !== fallback);
  return ["deno task sim", ...given.map(([name, value]) => `--${name} ${value}`)].join(" ");
}

function text(
  id: string,
  schema: OptionsSchema,
  options: Experiment["codecs"][number]["options"],
): string {
  return quoted(formatSpec(id, schema, options));
}

/** A word as a shell wants it. */
function quoted(word: string): string {
  return /^[\w./:=,@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
