/**
 * A few of many.
 *
 * @module
 */

/** `count` of `items`, evenly spread over the list, in its order; all when there are no more. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (count >= items.length) return [...items];
  const middle = (part: number): number => Math.floor((part + 0.5) * items.length / count);
  return Array.from({ length: count }, (_, part) => items[middle(part)] as T);
}
