/**
 * The one form in which a weights file is refused.
 *
 * @module
 */
import { FormatError } from "../../errors.ts";

/** `Cannot read "FILE": what is wrong`, to be thrown. */
export function unreadable(file: string, what: string): FormatError {
  return new FormatError(`Cannot read "${file}": ${what}`);
}

/** A name from a file, quoted, with what a terminal could act on escaped, cut to a line. */
export function quoted(name: string): string {
  const text = JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}...` : name);
  // JSON leaves the C1 controls as they are, and a terminal may obey them.
  return text.replace(
    /[\u007f-\u009f]/g,
    (code) => `\\u${code.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
