/**
 * One text for one value: JSON with sorted keys, and the digest that names it.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** JSON of a plain value with the keys of all objects in order. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(
          Object.entries(inner).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0),
        )
        : inner,
  );
}

/** The first 32 hexadecimal digits of the SHA-256 of a plain value's canonical JSON. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 32);
}
