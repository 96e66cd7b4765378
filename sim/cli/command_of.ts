/**
 * The command line that stands for an experiment, as tables and reports show it.
 *
 * @module
 */
import { formatSpec, type OptionsSchema } from "../../core/options.ts";
import { DEFAULTS, type Experiment } from "../experiment.ts";
import type { Plugins } from "../plugins.ts";

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
