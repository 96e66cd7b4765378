/** Runs the tools of a build. @module */
import { CapabilityError, CodecError } from "../core/errors.ts";

/**
 * Runs a command and returns what it printed; its output is shown only when it fails.
 *
 * @throws {CapabilityError} When the command is not installed.
 * @throws {CodecError} When it fails; the text ends with the last of its output.
 */
export async function execute(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  let result: Deno.CommandOutput;
  try {
    result = await new Deno.Command(command, { args: [...args], ...options }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CapabilityError(
      `${command} is not installed; wasm/README.md lists what a build needs`,
    );
  }
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  if (!result.success) {
    const tail = `${text(result.stdout)}${text(result.stderr)}`.trimEnd().slice(-4000);
    throw new CodecError(`${command} failed (status ${result.code}):\n${tail}`);
  }
  return text(result.stdout);
}
