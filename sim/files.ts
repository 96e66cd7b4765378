/**
 * Small facts about files.
 *
 * @module
 */

/** Whether an error says that a file is not there or may not be read. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied;
}
