/**
 * `deno task report`: writes the report of a run anew from its results.
 *
 * @module
 */
import { OptionError } from "../../core/errors.ts";
import { type Argument, helpText, type Manual, readArguments } from "./arguments.ts";
import { exitOnError } from "./exit.ts";
import { DEFAULT_OUT } from "./sim_arguments.ts";

const ARGUMENTS: readonly Argument[] = [{ name: "help", text: "this text" }];

const USAGE = `deno task report [FOLDER]

Writes report.html and pictures.svg of a finished run anew, from what its folder holds. FOLDER is
what --out of deno task sim named; [${DEFAULT_OUT}] when it is not given.`;

/** What the command says of itself. */
export function manual(): Manual {
  return { usage: USAGE, options: ARGUMENTS };
}

async function report(args: readonly string[]): Promise<number> {
  const folders = args.filter((arg) => !arg.startsWith("-"));
  const given = readArguments(args.filter((arg) => arg.startsWith("-")), ARGUMENTS);
  if (given.has("help")) {
    console.log(helpText(manual()));
    return 0;
  }
  const [folder = DEFAULT_OUT, ...others] = folders;
  if (others.length > 0) {
    throw new OptionError(`deno task report: one folder; got ${folders.join(" ")}`);
  }
  const { openResults } = await import("../output/report/read.ts");
  const { writeReport } = await import("../output/report/write.ts");
  using results = await openResults(folder);
  const files = await writeReport(folder, results);
  console.log(`${folder}/: ${files.join(", ")}`);
  return 0;
}

if (import.meta.main) await exitOnError(() => report(Deno.args));
