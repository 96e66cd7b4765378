/**
 * Shapes of tensors as they stand in files.
 *
 * @module
 */

/** Most dimensions of a tensor; PyTorch allows 64, nothing uses more than 8. */
export const MAX_RANK = 32;

/** Number of elements; NaN when the shape is none, or the product is not an exact integer. */
export function elementCount(shape: readonly number[]): number {
  if (shape.length > MAX_RANK) return NaN;
  let count = 1, empty = false;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return NaN;
    if (size === 0) empty = true;
    else count *= size;
    if (count > Number.MAX_SAFE_INTEGER) return NaN;
  }
  return empty ? 0 : count;
}

/** `[3, 5]`, for messages. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
