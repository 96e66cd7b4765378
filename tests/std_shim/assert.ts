/**
 * The few functions of `@std/assert` that the tests need, on node:assert. The import map maps the
 * bare name here; where JSR is reachable, `"@std/assert": "jsr:@std/assert@1"` replaces this file.
 *
 * @module
 */
import strict from "node:assert/strict";

/** What a failed assertion throws. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Asserts that `value` is truthy. */
export function assert(value: unknown, message = "expected a truthy value"): asserts value {
  if (!value) throw new AssertionError(message);
}

/** Deep and strict equality: 0 and -0 differ, a missing and an undefined property differ. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  strict.deepEqual(actual, expected, message);
}

/** |actual - expected| <= tolerance (default 1e-7 relative); NaN equals NaN. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  message?: string,
): void {
  if (Object.is(actual, expected)) return;
  const bound = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected) * 1e-7 : 1e-7);
  if (!(Math.abs(actual - expected) <= bound)) {
    throw new AssertionError(message ?? `${actual} is not within ${bound} of ${expected}`);
  }
}

type ErrorClass = new (...args: never[]) => Error;

/** Calls `fn`, which must throw an `errorClass` whose message includes `text`; returns the error. */
export function assertThrows(
  fn: () => unknown,
  errorClass: ErrorClass = Error,
  text = "",
): Error {
  try {
    fn();
  } catch (error) {
    return matched(error, errorClass, text);
  }
  throw new AssertionError("did not throw");
}

/** Like {@linkcode assertThrows} for a function that returns a promise. */
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass = Error,
  text = "",
): Promise<Error> {
  try {
    await fn();
  } catch (error) {
    return matched(error, errorClass, text);
  }
  throw new AssertionError("did not reject");
}

function matched(error: unknown, errorClass: ErrorClass, text: string): Error {
  if (!(error instanceof errorClass)) throw new AssertionError(`wrong class of error: ${error}`);
  if (!error.message.includes(text)) {
    throw new AssertionError(`"${text}" is not in: ${error.message}`);
  }
  return error;
}
