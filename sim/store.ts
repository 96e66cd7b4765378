/**
 * The store of results: unit id -> result, in SQLite. It is a cache: run again, run more, resume
 * after a kill are all the same operation. The main process is its only writer; a unit and all its
 * metrics are written in one transaction, so a killed run leaves whole units.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { DataError } from "../core/errors.ts";
import { canonicalJson } from "./canonical.ts";
import { unitId, type UnitKey, type UnitResult } from "./unit.ts";

/** Marks the file as ours: "smct". */
const APPLICATION_ID = 0x736d6374;
const SCHEMA_VERSION = 1;
const BUSY_MS = 10_000;

const SCHEMA = `
  CREATE TABLE unit(
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,             -- canonical JSON of everything that determines the result
    symbol_uses INTEGER NOT NULL,
    side_uses INTEGER NOT NULL,
    outage INTEGER NOT NULL,
    details TEXT NOT NULL,
    encode_ms REAL NOT NULL, channel_ms REAL NOT NULL,
    decode_ms REAL NOT NULL, measure_ms REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE measure(
    unit TEXT NOT NULL REFERENCES unit(id),
    metric TEXT NOT NULL,
    value REAL,                    -- SQLite has no NaN: NULL stands for it
    PRIMARY KEY(unit, metric)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE image(digest TEXT PRIMARY KEY, name TEXT NOT NULL, width INTEGER NOT NULL,
    height INTEGER NOT NULL) STRICT, WITHOUT ROWID`;

/** Pictures for the report, by unit id or by the digest of an original: lossless WebP. */
const PICTURES =
  "CREATE TABLE IF NOT EXISTS picture(id TEXT PRIMARY KEY, file BLOB NOT NULL) STRICT";

/** Results of units, on disk. */
export class Store implements Disposable {
  readonly #db: DatabaseSync;

  /**
   * Opens a store, or makes one.
   *
   * @throws {DataError} When the file cannot be written, is damaged, or is not a store. It is left
   * as it is.
   */
  constructor(readonly path: string) {
    const isNew = !exists(path);
    try {
      this.#db = new DatabaseSync(path, { timeout: BUSY_MS });
    } catch (error) {
      throw new DataError(
        `cannot open the store "${path}": ${reason(error)}; choose another --out`,
      );
    }
    try {
      if (isNew) this.#create();
      else this.#check();
      // a killed process loses nothing; a power cut may lose the last transactions
      this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      this.#db.exec(PICTURES);
    } catch (error) {
      this.#db.close();
      if (error instanceof DataError) throw error;
      throw new DataError(
        `the store "${path}" is damaged or not a store (${reason(error)}); ` +
          "it is left as it is: move it away or choose another --out",
      );
    }
  }

  #create(): void {
    this.#db.exec("BEGIN IMMEDIATE");
    this.#db.exec(SCHEMA);
    this.#db.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`,
    );
    this.#db.exec("COMMIT");
  }

  #check(): void {
    const id = this.#pragma("application_id"), version = this.#pragma("user_version");
    if (id === 0 && version === 0 && this.#isEmpty()) return this.#create(); // killed before its birth
    if (id !== APPLICATION_ID) throw new Error("another program's file");
    if (version !== SCHEMA_VERSION) {
      throw new DataError(
        `the store "${this.path}" has format ${version}, this program writes ${SCHEMA_VERSION}; ` +
          "it is left as it is: choose another --out",
      );
    }
    const verdict = this.#pragma("quick_check");
    if (verdict !== "ok") throw new Error(String(verdict));
  }

  #pragma(name: string): unknown {
    return Object.values(this.#db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  }

  #isEmpty(): boolean {
    return this.#db.prepare("SELECT count(*) AS n FROM sqlite_master").get()?.["n"] === 0;
  }

  /**
   * Keeps a unit with all its metrics, or adds metrics to one that is there.
   *
   * @throws {DataError} When the disk is full or the file cannot be written; what was kept stays.
   */
  put(key: UnitKey, result: UnitResult): void {
    const id = unitId(key);
    const { symbolUses, sideUses, outage, details, times } = result;
    this.#write(() => {
      this.#db.prepare("INSERT OR IGNORE INTO unit VALUES(?,?,?,?,?,?,?,?,?,?)").run(
        id,
        canonicalJson(key),
        symbolUses,
        sideUses,
        Number(outage),
        canonicalJson(details),
        times.encode,
        times.channel,
        times.decode,
        times.measure,
      );
      const insert = this.#db.prepare("INSERT OR IGNORE INTO measure VALUES(?,?,?)");
      for (const [metric, value] of Object.entries(result.metrics)) {
        insert.run(id, metric, Number.isNaN(value) ? null : value);
      }
    });
  }

  /** Remembers the name of a picture for people who look into the store. */
  putImage(digest: string, name: string, width: number, height: number): void {
    this.#write(() => {
      this.#db.prepare("INSERT OR REPLACE INTO image VALUES(?,?,?,?)")
        .run(digest, name, width, height);
    });
  }

  #write(work: () => void): void {
    try {
      this.#db.exec("BEGIN IMMEDIATE"); // not plain BEGIN: a read that turns to writing can fail as locked
      work();
      this.#db.exec("COMMIT");
    } catch (error) {
      try {
        this.#db.exec("ROLLBACK");
      } catch {
        // SQLite has rolled back by itself: a full disk does that
      }
      throw new DataError(
        `cannot write to the store "${this.path}": ${reason(error)}; ` +
          "all earlier results are kept: make room, then run the same command again",
      );
    }
  }

  /** The result of a unit, or undefined when it or one of the metrics is missing. */
  get(id: string, metrics: readonly string[]): UnitResult | undefined {
    const row = this.#db.prepare("SELECT * FROM unit WHERE id = ?").get(id);
    if (!row) return undefined;
    const values: Record<string, number> = {};
    for (
      const one of this.#db.prepare("SELECT metric, value FROM measure WHERE unit = ?").all(id)
    ) {
      values[String(one["metric"])] = one["value"] === null ? NaN : Number(one["value"]);
    }
    if (metrics.some((metric) => !(metric in values))) return undefined;
    return {
      symbolUses: Number(row["symbol_uses"]),
      sideUses: Number(row["side_uses"]),
      outage: row["outage"] === 1,
      metrics: values,
      details: JSON.parse(String(row["details"])),
      times: {
        encode: Number(row["encode_ms"]),
        channel: Number(row["channel_ms"]),
        decode: Number(row["decode_ms"]),
        measure: Number(row["measure_ms"]),
      },
    };
  }

  /**
   * Keeps a picture for the report. A unit can be kept without one; then it is computed again.
   *
   * @param id A unit's, or the digest of an original.
   */
  putPicture(id: string, file: Uint8Array): void {
    this.#write(() => {
      this.#db.prepare("INSERT OR REPLACE INTO picture VALUES(?,?)").run(id, file);
    });
  }

  /** Whether {@linkcode picture} has one. */
  hasPicture(id: string): boolean {
    return this.#db.prepare("SELECT 1 FROM picture WHERE id = ?").get(id) !== undefined;
  }

  /** The file of a picture that was kept. */
  picture(id: string): Uint8Array | undefined {
    const row = this.#db.prepare("SELECT file FROM picture WHERE id = ?").get(id);
    return row?.["file"] instanceof Uint8Array ? row["file"] : undefined;
  }

  /** Mean wall time of the units of a codec in milliseconds; undefined when there are none. */
  meanUnitMs(codec: string): number | undefined {
    const row = this.#db.prepare(
      `SELECT avg(encode_ms + channel_ms + decode_ms + measure_ms) AS ms FROM unit
       WHERE json_extract(key, '$.codec') = ?`,
    ).get(codec);
    return typeof row?.["ms"] === "number" ? row["ms"] : undefined;
  }

  /** Bounds the size of the file, in pages of 4 KiB; a write beyond it fails as on a full disk. */
  limitPages(most: number): void {
    this.#db.exec(`PRAGMA max_page_count = ${most}`);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).size > 0;
  } catch {
    return false; // whether it can be made is for SQLite to say
  }
}
