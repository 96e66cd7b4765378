/**
 * A cache that forgets: so that a program that meets thousands of codes keeps its size.
 *
 * @module
 */

/** Keeps the values of the keys used last. */
export class BoundedCache<K, V> {
  readonly #values = new Map<K, V>();

  constructor(private readonly capacity: number) {}

  /** The value of a key, made when it is not there. */
  get(key: K, make: () => V): V {
    const value = this.#values.get(key) ?? make();
    this.#values.delete(key); // a Map keeps the order of insertion: the oldest comes first
    this.#values.set(key, value);
    if (this.#values.size > this.capacity) {
      for (const oldest of this.#values.keys()) {
        this.#values.delete(oldest);
        break;
      }
    }
    return value;
  }
}
