/**
 * How a command ends: with its exit status, or with the text of an error and never a stack trace.
 *
 * @module
 */
import { isDeliberate } from "../../core/errors.ts";

/** Exit statuses of all commands. */
export const EXIT = { failed: 1, wrongUse: 2, interrupted: 130 } as const;

/** Runs a command and ends the process with its status. */
export async function exitOnError(command: () => Promise<number>): Promise<never> {
  try {
    Deno.exit(await command());
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    console.error(`error: ${text}`);
    if (isDeliberate(error)) {
      Deno.exit(error.name === "OptionError" ? EXIT.wrongUse : EXIT.failed);
    }
    console.error("This is a fault of the program, please report it");
    if (Deno.env.get("SEMCAST_DEBUG")) console.error(error);
    Deno.exit(EXIT.failed);
  }
}
