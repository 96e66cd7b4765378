/**
 * The nearest known name to a mistyped one.
 *
 * @module
 */

/** `; did you mean "x"` with the known name nearest to `text`, or "" when none is near. */
export function nearest(text: string, known: readonly string[]): string {
  let best = "", least = Math.max(2, Math.floor(text.length / 2)) + 1;
  for (const name of known) {
    const distance = editDistance(text.toLowerCase(), name.toLowerCase());
    if (distance < least) [best, least] = [name, distance];
  }
  return best ? `, did you mean "${best}"` : "";
}

/** Levenshtein distance: insertions, deletions and substitutions that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] as number) +
        (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(
        Math.min(
          substitution,
          (previous[column] as number) + 1,
          (current[column - 1] as number) + 1,
        ),
      );
    }
    previous = current;
  }
  return previous[b.length] as number;
}
