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
import type { FeatureRows } from "../core/metric.ts";
import type { RunRecord } from "./run_record.ts";
import { formatShard, parseShard } from "./shard.ts";
import { type Features, unitId, type UnitKey, type UnitResult } from "./unit.ts";

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

/**
 * Rows of features for metrics of sets, by unit id or by the digest of an original; the versions of
 * the metrics (digests of their weights); what tensors were computed with.
 */
const SETS = `
  CREATE TABLE IF NOT EXISTS feature(
    subject TEXT NOT NULL,
    feature_set TEXT NOT NULL,
    count INTEGER NOT NULL,        -- rows
    data BLOB NOT NULL,            -- f32[count, width], little-endian
    PRIMARY KEY(subject, feature_set)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS metric(id TEXT PRIMARY KEY, version TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS engine(text TEXT PRIMARY KEY) STRICT`;

/** What the store was filled for; see RunRecord. Each text is canonical JSON. */
const RUNS = `CREATE TABLE IF NOT EXISTS run(
  experiment TEXT NOT NULL, shard TEXT NOT NULL, images TEXT NOT NULL, versions TEXT NOT NULL,
  ended INTEGER NOT NULL, failures TEXT NOT NULL,
  PRIMARY KEY(experiment, shard)) STRICT, WITHOUT ROWID`;

/** Where a store lies. */
export interface StoreOptions {
  /**
   * In a folder that several machines see, one of which writes while others read. SQLite's
   * write-ahead log needs memory that all of them share, so that a rollback journal is kept instead.
   */
  readonly sharedFolder?: boolean;
  /** Of another run, which may be at work: the journal stays of the kind that it is. */
  readonly borrowed?: boolean;
}

/** Results of units, on disk. */
export class Store implements Disposable {
  readonly #db: DatabaseSync;

  /**
   * Opens a store, or makes one.
   *
   * @throws {DataError} When the file cannot be written, is damaged, or is not a store. It is left
   * as it is.
   */
  constructor(
    readonly path: string,
    { sharedFolder = false, borrowed = false }: StoreOptions = {},
  ) {
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
      if (!borrowed) this.#db.exec(`PRAGMA journal_mode = ${sharedFolder ? "DELETE" : "WAL"}`);
      this.#db.exec("PRAGMA synchronous = NORMAL");
      this.#db.exec(RUNS);
      this.#db.exec(PICTURES);
      this.#db.exec(SETS);
    } catch (error) {
      this.#db.close();
      if (error instanceof DataError) throw error;
      if (/database is locked/.test(reason(error))) {
        throw new DataError(
          `the store "${path}" is in use by another process; wait for it, or choose another --out`,
        );
      }
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
      this.#insertFeatures(id, result.features ?? {});
    });
  }

  /** Keeps rows of features of an original, by its digest. */
  putFeatures(subject: string, features: Features): void {
    this.#write(() => this.#insertFeatures(subject, features));
  }

  #insertFeatures(subject: string, features: Features): void {
    const insert = this.#db.prepare("INSERT OR IGNORE INTO feature VALUES(?,?,?,?)");
    for (const [featureSet, rows] of Object.entries(features)) {
      insert.run(subject, featureSet, rows.length, joinRows(rows));
    }
  }

  /** Rows of features of a unit or an original; undefined when they are not there. */
  features(subject: string, featureSet: string): Float32Array[] | undefined {
    const row = this.#db.prepare(
      "SELECT count, data FROM feature WHERE subject = ? AND feature_set = ?",
    ).get(subject, featureSet);
    return row?.["data"] instanceof Uint8Array
      ? splitRows(row["data"], Number(row["count"]))
      : undefined;
  }

  /** Whether {@linkcode features} has rows of all these feature sets. */
  hasFeatures(subject: string, featureSets: readonly string[]): boolean {
    const find = this.#db.prepare("SELECT 1 FROM feature WHERE subject = ? AND feature_set = ?");
    return featureSets.every((featureSet) => find.get(subject, featureSet) !== undefined);
  }

  /**
   * Says with which version of a metric (digest of its weights) the values of this store are made.
   *
   * @throws {DataError} When they are made with another: values of both would stand in one column.
   */
  claimMetric(id: string, version: string): void {
    this.#write(() => {
      this.#db.prepare("INSERT OR IGNORE INTO metric VALUES(?,?)").run(id, version);
    });
    const kept = this.#db.prepare("SELECT version FROM metric WHERE id = ?").get(id)?.["version"];
    if (kept !== version) {
      throw new DataError(
        `the store "${this.path}" holds values of "${id}" made with other weights (${kept}; those ` +
          `at hand: ${version}): choose another --out, or bring the former weights back`,
      );
    }
  }

  /** Keeps a line that says what tensors were computed with. */
  putEngine(text: string): void {
    this.#write(() => {
      this.#db.prepare("INSERT OR IGNORE INTO engine VALUES(?)").run(text);
    });
  }

  /** All that {@linkcode putEngine} was told, in alphabetical order. */
  engines(): string[] {
    return this.#db.prepare("SELECT text FROM engine ORDER BY text").all()
      .map((row) => String(row["text"]));
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

  /**
   * The result of a unit, without its rows of features; undefined when it, one of the metrics or
   * one of the feature sets is missing.
   */
  get(
    id: string,
    metrics: readonly string[],
    featureSets: readonly string[] = [],
  ): UnitResult | undefined {
    const row = this.#db.prepare("SELECT * FROM unit WHERE id = ?").get(id);
    if (!row) return undefined;
    const values: Record<string, number> = {};
    for (
      const one of this.#db.prepare("SELECT metric, value FROM measure WHERE unit = ?").all(id)
    ) {
      values[String(one["metric"])] = one["value"] === null ? NaN : Number(one["value"]);
    }
    if (metrics.some((metric) => !(metric in values))) return undefined;
    if (!this.hasFeatures(id, featureSets)) return undefined;
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

  /** Notes for what the store is filled; a later record of the same share replaces an earlier one. */
  putRun({ experiment, shard, images, versions, ended, failures }: RunRecord): void {
    this.#write(() => {
      this.#db.prepare("INSERT OR REPLACE INTO run VALUES(?,?,?,?,?,?)").run(
        canonicalJson(experiment),
        formatShard(shard),
        images,
        canonicalJson(versions),
        Number(ended),
        canonicalJson(failures),
      );
    });
  }

  /** Everything for which the store was filled, shares in their order. */
  runs(): RunRecord[] {
    const records = this.#db.prepare("SELECT * FROM run").all().map((row) => ({
      experiment: JSON.parse(String(row["experiment"])),
      shard: parseShard(String(row["shard"]), `the store "${this.path}"`),
      images: String(row["images"]),
      versions: JSON.parse(String(row["versions"])),
      ended: row["ended"] === 1,
      failures: JSON.parse(String(row["failures"])),
    }));
    return records.sort((a, b) => a.shard.of - b.shard.of || a.shard.index - b.shard.index);
  }

  /**
   * Copies what another store holds and this one does not: units, metrics, whatever a store keeps.
   * What both hold stays as it is here. Runs are not copied: this store was not filled for them.
   *
   * @param path Of a store that was opened as one before, and so is known to be whole.
   * @throws {DataError} When this store cannot be written, or the other's values of a metric were
   * made with other weights; then nothing is copied.
   */
  copyFrom(path: string): void {
    this.#db.prepare("ATTACH DATABASE ? AS other").run(path);
    try {
      this.#refuseOtherMetrics(path);
      this.#write(() => {
        this.#db.exec("PRAGMA defer_foreign_keys = ON"); // tables come in no special order
        for (const table of this.#tables("main")) {
          if (table === "run" || !this.#tables("other").includes(table)) continue;
          const columns = this.#columns(table).map((name) => `"${name}"`).join(", ");
          this.#db.exec(
            `INSERT OR IGNORE INTO main."${table}"(${columns}) SELECT ${columns} FROM other."${table}"`,
          );
        }
      });
    } finally {
      this.#db.exec("DETACH DATABASE other");
    }
  }

  #refuseOtherMetrics(path: string): void {
    if (!this.#tables("other").includes("metric")) return;
    const other = this.#db.prepare(
      `SELECT one.id, one.version AS here, two.version AS there
       FROM main.metric AS one JOIN other.metric AS two USING(id) WHERE here <> there`,
    ).get();
    if (!other) return;
    const { id, here, there } = other;
    throw new DataError(
      `the store "${path}" holds values of "${id}" made with other weights (${there}; those in ` +
        `"${this.path}": ${here}): values of both would stand in one column`,
    );
  }

  #tables(database: "main" | "other"): string[] {
    const rows = this.#db.prepare(
      `SELECT name FROM ${database}.sqlite_master WHERE type = 'table' ORDER BY name`,
    ).all();
    return rows.map((row) => String(row["name"]));
  }

  #columns(table: string): string[] {
    return this.#db.prepare("SELECT name FROM pragma_table_info(?, 'main')").all(table)
      .map((row) => String(row["name"]));
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

function joinRows(rows: FeatureRows): Uint8Array {
  const width = rows[0]?.length ?? 0, floats = new Float32Array(rows.length * width);
  for (const [index, row] of rows.entries()) floats.set(row, index * width);
  return new Uint8Array(floats.buffer);
}

function splitRows(data: Uint8Array, count: number): Float32Array[] {
  const floats = new Float32Array(data.slice().buffer), width = floats.length / count;
  return Array.from({ length: count }, (_, row) => floats.subarray(row * width, (row + 1) * width));
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
