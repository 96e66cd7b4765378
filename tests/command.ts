/**
 * Runs `deno task sim` as a user does: in a process of its own.
 *
 * @module
 */

const ROOT = new URL("../", import.meta.url);

/** What a process left behind. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command line of the simulator, to be spawned from the project's folder. */
export function simCommand(
  args: readonly string[],
  env: Record<string, string> = {},
): Deno.Command {
  return command("sim/cli/sim.ts", args, env);
}

function command(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs it to its end. */
export async function sim(args: readonly string[], env?: Record<string, string>): Promise<Outcome> {
  return outcome(await simCommand(args, env).output());
}

/** Runs `deno task merge` to its end. */
export async function merge(args: readonly string[]): Promise<Outcome> {
  return outcome(await command("sim/cli/merge.ts", args, {}).output());
}

/** Runs `deno task report` to its end. */
export async function report(args: readonly string[]): Promise<Outcome> {
  return outcome(await command("sim/cli/report.ts", args, {}).output());
}

/** Texts of a finished process. */
export function outcome({ code, stdout, stderr }: Deno.CommandOutput): Outcome {
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: decode(stdout), err: decode(stderr) };
}

/** Gives a folder of its own to a test and removes it afterwards. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
