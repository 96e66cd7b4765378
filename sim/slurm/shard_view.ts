/**
 * Looks into the store of a task that runs on another machine, without ever writing to it.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { isAbsent } from "../files.ts";

/** Milliseconds to wait for a store in which the task is just writing. */
const BUSY_MS = 1000;
/** Looking takes at most this share of the time, however large the stores are. */
const MOST_OF_TIME = 0.05;

/** What a store showed since the last look. */
export interface Sight {
  /** Units that were not there at the last look. */
  readonly units: readonly string[];
  /** The task has done, or named as failed, all its units. */
  readonly ended: boolean;
}

const NOTHING: Sight = { units: [], ended: false };

/** The store of one task, as seen from outside. */
export class ShardView {
  readonly #seen = new Set<string>();
  #lastChange = "";
  #nextLook = 0;

  /** @param path The store need not be there yet. */
  constructor(private readonly path: string) {}

  /**
   * Looks again; a store that is not there, locked or being written shows nothing new.
   *
   * @param isUrgent Whatever time it takes.
   */
  look(isUrgent = false): Sight {
    const begun = performance.now();
    if (begun < this.#nextLook && !isUrgent) return NOTHING;
    const change = changeOf(this.path);
    if (change === "" || change === this.#lastChange) return NOTHING;
    try {
      const sight = this.#read();
      this.#lastChange = change;
      return sight;
    } catch {
      return NOTHING; // half written, or locked; the next look will tell
    } finally {
      const now = performance.now();
      this.#nextLook = now + (now - begun) / MOST_OF_TIME;
    }
  }

  #read(): Sight {
    const db = new DatabaseSync(this.path, { readOnly: true, timeout: BUSY_MS });
    try {
      // first the end, then the units: what is said to be ended has all of them
      const run = db.prepare("SELECT min(ended) AS ended FROM run").get();
      const units: string[] = [];
      for (const row of db.prepare("SELECT id FROM unit").all()) {
        const id = String(row["id"]);
        if (this.#seen.has(id)) continue;
        this.#seen.add(id);
        units.push(id);
      }
      return { units, ended: run?.["ended"] === 1 };
    } finally {
      db.close();
    }
  }
}

/** Changes whenever the file does; "" when it is not there. */
function changeOf(path: string): string {
  try {
    const { mtime, size } = Deno.statSync(path);
    return `${mtime?.getTime()} ${size}`;
  } catch (error) {
    if (isAbsent(error)) return "";
    throw error;
  }
}
