/**
 * `deno task train`: trains the network of a codec.
 *
 * @module
 */
import { readArguments } from "./arguments.ts";
import { exitOnError } from "./exit.ts";
import { ARGUMENTS, help } from "./train_arguments.ts";

async function main(args: readonly string[]): Promise<number> {
  const given = readArguments(args, ARGUMENTS);
  if (given.has("help")) {
    console.log(help());
    return 0;
  }
  const { loadPlugins } = await import("../plugins.ts");
  const plugins = await loadPlugins(given.get("plugin") ?? []);
  if (given.has("list")) {
    for (const { id, plugin } of plugins.trainables) {
      const stages = plugin.stages > 1 ? `, stages 1 to ${plugin.stages}` : "";
      console.log(`${id}: ${plugin.presets.join(", ")}${stages}`);
    }
    return 0;
  }
  const { runTraining } = await import("./train_run.ts");
  return await runTraining(given, plugins);
}

export { manual } from "./train_arguments.ts";

if (import.meta.main) await exitOnError(() => main(Deno.args));
