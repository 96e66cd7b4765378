/**
 * `deno task sim`: runs a comparison and writes its tables and figures.
 *
 * @module
 */
import { isDeliberate } from "../../core/errors.ts";
import { readArguments } from "./arguments.ts";
import { ARGUMENTS, help } from "./sim_arguments.ts";

/** Exit statuses. */
const FAILED = 1, WRONG_USE = 2, INTERRUPTED = 130;

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
  const { runSimulation } = await import("./sim_run.ts");
  return await runSimulation(buildExperiment(given, file, plugins), plugins, settings);
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") Deno.exit(INTERRUPTED);
    if (!isDeliberate(error)) {
      const text = error instanceof Error ? error.message : String(error);
      console.error(`error: ${text}\nThis is a fault of the program, please report it.`);
      if (Deno.env.get("SEMCAST_DEBUG")) console.error(error);
      Deno.exit(FAILED);
    }
    console.error(`error: ${error.message}`);
    Deno.exit(error.name === "OptionError" ? WRONG_USE : FAILED);
  }
}
