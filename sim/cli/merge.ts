/**
 * `deno task merge`: makes one result of the stores of several machines.
 *
 * @module
 */
import { DataError, OptionError } from "../../core/errors.ts";
import { agree, type Agreement, missingTexts, openSources } from "../merge.ts";
import { loadPlugins } from "../plugins.ts";
import { recordOf, versionDifference } from "../run_record.ts";
import type { Round } from "../simulate.ts";
import { Store } from "../store.ts";
import { type Argument, helpText, type Manual, readArguments } from "./arguments.ts";
import { commandOf } from "./command_of.ts";
import { EXIT, exitOnError } from "./exit.ts";
import { type OpenRun, withRun } from "./open_run.ts";
import { writeRun } from "./run_outputs.ts";
import { readSettings } from "./sim_settings.ts";

const STORES = "stores";

const ARGUMENTS: readonly Argument[] = [
  {
    name: STORES,
    value: "OUT",
    many: true,
    text: "folders of results, or results.sqlite files; the name of this option may be left away",
  },
  { name: "out", value: "DIR", text: "folder for the whole; it may hold results already" },
  {
    name: "data",
    value: "DIR",
    text: "where the pictures are on this machine",
    default: "where they were",
  },
  {
    name: "plugin",
    value: "SPEC",
    many: true,
    text: "the experiment's plugins on this machine",
    default: "as it names them",
  },
  { name: "quiet", text: "prints errors only" },
  { name: "help", text: "this text" },
];

const USAGE = `deno task merge OUT1 OUT2 ... --out OUT

Merges what deno task sim --shard left on several machines, and writes the tables, figures and the
summary that one machine would have written. Nothing is computed: units that no store has are named.
The stores must be of one experiment and of one version of everything.`;

/** What the command says of itself. */
export function manual(): Manual {
  return { usage: USAGE, options: ARGUMENTS };
}

async function merge(args: readonly string[]): Promise<number> {
  const given = readArguments(args, ARGUMENTS, STORES);
  if (given.has("help")) {
    console.log(helpText(manual()));
    return 0;
  }
  const names = given.get(STORES) ?? [];
  if (names.length === 0) throw new OptionError("deno task merge: at least one store; got none");
  if (!given.has("out")) throw new OptionError("--out: a folder for the whole; got none");
  const sources = openSources(names);
  const agreement = agree(sources);
  const experiment = {
    ...agreement.record.experiment,
    ...given.has("data") ? { data: given.get("data")?.[0] as string } : {},
    ...given.has("plugin") ? { plugins: given.get("plugin") as string[] } : {},
  };
  const plugins = await loadPlugins(experiment.plugins);
  const settings = readSettings(given);
  let open: OpenRun | undefined;
  const tellMissing = (round: Round): Promise<string[]> =>
    Promise.resolve(open ? missingOf(round, open, agreement) : []);
  return await withRun(experiment, plugins, settings, async (run) => {
    open = run;
    const { simulation, store, choice, observer, say } = run;
    say(`semcast: ${commandOf(experiment, plugins)}`);
    await checkVersions(run, agreement);
    for (const { path } of sources) {
      if (path !== Deno.realPathSync(store.path)) store.copyFrom(path);
    }
    for (const record of agreement.records) store.putRun(record);
    const result = await simulation.run();
    observer.end();
    const engines = store.engines();
    await writeRun(settings.out, { experiment, plugins, choice, result, engines, store }, say);
    return result.failures.length > 0 ? EXIT.failed : 0;
  }, { elsewhere: () => Promise.resolve(tellMissing) });
}

/** Results of other versions would not be found in the merged store, and so seem to be missing. */
async function checkVersions(
  { simulation, possible }: OpenRun,
  { record }: Agreement,
): Promise<void> {
  const points = await simulation.prepare();
  const here = recordOf(possible, record.shard, points, simulation.images);
  const difference = versionDifference(record, here);
  if (difference !== "") {
    throw new DataError(
      `the stores were made with other versions than this program has: ${difference}; merge them ` +
        "with the program that made them",
    );
  }
  if (record.images !== here.images) {
    throw new DataError(
      `the pictures of "${possible.data}" are others than those of the stores; name the folder ` +
        "with --data",
    );
  }
}

/** Takes the place of computing: failures that the stores know, and units that they lack. */
function missingOf(
  { points, trials, groups }: Round,
  { simulation, possible }: OpenRun,
  { records }: Agreement,
): string[] {
  using nothing = new Store(":memory:");
  const all = simulation.missing(points, trials, nothing);
  const failures = records.flatMap((record) => record.failures);
  const texts = missingTexts(all, groups, records);
  if (Object.keys(possible.halfWidth).length > 0 && failures.length === 0) {
    throw new DataError(
      `a half-width cannot be judged: ${texts.join("; ")}; the results are in the merged store`,
    );
  }
  return [...failures, ...texts];
}

if (import.meta.main) await exitOnError(() => merge(Deno.args));
