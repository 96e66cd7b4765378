/**
 * Texts and numbers as a reader sees them, the same in every table and figure.
 *
 * @module
 */

/** Shown where there is no value. */
export const MISSING = "–";

/**
 * A text that comes from a plugin or a user, made fit to print: control characters (terminal
 * sequences, line breaks, what XML forbids) and marks that turn the writing direction become
 * spaces, runs of spaces one.
 */
export function printable(text: string): string {
  return text.toWellFormed().replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu,
    " ",
  )
    .replace(/ +/g, " ").trim();
}

/** `value` with `digits` decimals; never "-0.00". */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? MISSING : value > 0 ? "∞" : "-∞";
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** The decimals that show every one of `values` exactly, at most `most`. */
export function decimalsOf(values: readonly number[], most = 6): number {
  let digits = 0;
  for (const value of values) {
    while (digits < most && Math.abs(Number(value.toFixed(digits)) - value) > 1e-9) digits++;
  }
  return digits;
}

/** "1 image", "24 images". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What is different in a list, in order of first appearance. */
export function distinct<T>(values: Iterable<T>): T[] {
  return [...new Set(values)];
}
