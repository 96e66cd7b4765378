/**
 * Ids to plugins. A registry refuses loudly: a second plugin with an id that is taken, and an id
 * that nobody has (the known ones are named and the nearest is suggested).
 *
 * @module
 */
import { OptionError } from "./errors.ts";
import { nearest } from "./nearest.ts";

/** What every plugin has. */
export interface Identified {
  /** Lower-case letters, digits, "-" and ".". */
  readonly id: string;
}

/** The plugins of one kind, by id, in the order in which they came. */
export class Registry<P extends Identified> {
  readonly #plugins = new Map<string, P>();

  /**
   * An empty registry.
   *
   * @param kind What the plugins are, as in a text for users: "codec".
   */
  constructor(readonly kind: string) {}

  /**
   * Adds a plugin.
   *
   * @throws {OptionError} When the id is malformed or taken.
   */
  register(plugin: P): void {
    const { id } = plugin;
    if (typeof id !== "string" || !/^[a-z0-9][a-z0-9.-]*$/.test(id)) {
      throw new OptionError(
        `${this.kind} id: lower-case letters, digits, "-" and "."; got ${JSON.stringify(id)}`,
      );
    }
    if (this.#plugins.has(id)) {
      throw new OptionError(`${this.kind} "${id}" is there already; give yours another id`);
    }
    this.#plugins.set(id, plugin);
  }

  /**
   * The plugin with an id.
   *
   * @throws {OptionError} When nobody has the id.
   */
  get(id: string): P {
    const plugin = this.#plugins.get(id);
    if (plugin) return plugin;
    throw new OptionError(
      `unknown ${this.kind} "${id}"${nearest(id, this.ids())}; known: ${this.ids().join(", ")}`,
    );
  }

  /** Known ids in order of registration. */
  ids(): string[] {
    return [...this.#plugins.keys()];
  }

  /** All plugins, in order of registration. */
  [Symbol.iterator](): Iterator<P> {
    return this.#plugins.values();
  }
}
