/**
 * The errors that semcast raises on purpose. Each text says what was wanted, what came and what to
 * do; the command line prints it without a stack trace. A block that does not decode is a value
 * (an outage), never an error.
 *
 * @module
 */

/** An option or argument is wrong: `--cbr: a number in (0, 1] or a fraction; got "1/0"`. */
export class OptionError extends Error {
  /** The class by its name, which survives where classes do not: between processes. */
  override readonly name: string = "OptionError";
}

/** Data that was given cannot be used: an empty folder, a picture that is too large. */
export class DataError extends Error {
  /** The class by its name, which survives where classes do not: between processes. */
  override readonly name: string = "DataError";
}

/** A file or stream breaks its format: truncated, damaged, hostile. */
export class FormatError extends Error {
  /** The class by its name, which survives where classes do not: between processes. */
  override readonly name: string = "FormatError";
}

/** Something needed is not there: weights, a native library, a GPU adapter. */
export class CapabilityError extends Error {
  /** The class by its name, which survives where classes do not: between processes. */
  override readonly name: string = "CapabilityError";
}

/** A codec broke its contract or failed in its own code. */
export class CodecError extends Error {
  /** The class by its name, which survives where classes do not: between processes. */
  override readonly name: string = "CodecError";
}

/** Whether an error was raised on purpose, so that its text alone is fit for a user. */
export function isDeliberate(error: unknown): error is Error {
  return error instanceof OptionError || error instanceof DataError ||
    error instanceof FormatError || error instanceof CapabilityError ||
    error instanceof CodecError;
}
