/**
 * Which stores belong together: shares of one experiment, made by one version of everything.
 *
 * @module
 */
import { DataError } from "../core/errors.ts";
import { canonicalJson } from "./canonical.ts";
import { isAbsent } from "./files.ts";
import type { MissingGroup } from "./plan.ts";
import { experimentDifference, type RunRecord, versionDifference } from "./run_record.ts";
import { formatShard, type Shard } from "./shard.ts";
import { shareOf, unitCount } from "./share.ts";
import { Store } from "./store.ts";

/** A store that is to be merged. */
export interface Source {
  /** As a user named it. */
  readonly name: string;
  /** Path of the file. */
  readonly path: string;
  /** For what it was filled. */
  readonly records: readonly RunRecord[];
}

/**
 * Opens stores by their files or by the folders in which they lie.
 *
 * @throws {DataError} When one is not there, is damaged, or does not say what it holds.
 */
export function openSources(names: readonly string[]): Source[] {
  return names.map((name) => {
    const path = storePath(name);
    using store = new Store(path, { borrowed: true });
    const records = store.runs();
    if (records.length > 0) return { name, path, records };
    throw new DataError(
      `"${name}" does not say which experiment it holds; run its command there again, which ` +
        "computes nothing that it has",
    );
  });
}

function storePath(name: string): string {
  try {
    const path = Deno.statSync(name).isDirectory ? `${name}/results.sqlite` : name;
    return Deno.realPathSync(path);
  } catch (error) {
    if (!isAbsent(error)) throw error;
    throw new DataError(`no store at "${name}": a folder of results or a results.sqlite`);
  }
}

/** The experiment that stores share. */
export interface Agreement {
  /** One of its records: conditions and versions are those of all. */
  readonly record: RunRecord;
  /** All records of it. */
  readonly records: readonly RunRecord[];
}

/**
 * Finds the experiment for which all stores were filled.
 *
 * @throws {DataError} When there is none, or versions differ; the store and the difference are named.
 */
export function agree(sources: readonly Source[]): Agreement {
  const [first, ...others] = sources;
  if (!first) throw new DataError("nothing to merge");
  const candidates = byLatest(first);
  const record = candidates.find((one) =>
    others.every((source) => matching(source, one).length > 0)
  );
  if (!record) throw new DataError(experimentText(first, others, candidates[0] as RunRecord));
  for (const source of sources) {
    for (const one of matching(source, record)) {
      const difference = versionDifference(one, record);
      if (difference === "") continue;
      throw new DataError(
        `"${source.name}" was made with other versions than "${first.name}": ${difference}; merge ` +
          "what one version has made",
      );
    }
  }
  return { record, records: sources.flatMap((source) => matching(source, record)) };
}

function matching({ records }: Source, wanted: RunRecord): RunRecord[] {
  return records.filter((record) => experimentDifference(record, wanted) === "");
}

/** The experiment that the folder shows comes first, where the store was filled for several. */
function byLatest({ path, records }: Source): RunRecord[] {
  let shown: string;
  try {
    const text = Deno.readTextFileSync(path.replace(/[^/]*$/, "experiment.json"));
    shown = canonicalJson(JSON.parse(text));
  } catch {
    return [...records]; // a store without its folder
  }
  const isShown = (record: RunRecord): boolean => canonicalJson(record.experiment) === shown;
  return [...records.filter(isShown), ...records.filter((record) => !isShown(record))];
}

function experimentText(first: Source, others: readonly Source[], wanted: RunRecord): string {
  const odd = others.find((source) => matching(source, wanted).length === 0) as Source;
  const difference = experimentDifference(odd.records[0] as RunRecord, wanted);
  return `"${odd.name}" holds another experiment than "${first.name}": ${difference}`;
}

/**
 * Says which units are missing, by the shards that lack them.
 *
 * @param all Every unit of the experiment, in the groups from which the shards were cut.
 * @param missing Those that no store has.
 */
export function missingTexts(
  all: readonly MissingGroup[],
  missing: readonly MissingGroup[],
  records: readonly RunRecord[],
): string[] {
  const left = new Set(missing.flatMap(({ keys }) => [...keys.keys()]));
  if (left.size === 0) return [];
  const sizes = new Set(records.map(({ shard }) => shard.of));
  const [of = 1] = sizes;
  if (sizes.size !== 1 || of === 1) {
    return [`${left.size} of ${unitCount(all)} units are missing: run the experiment again`];
  }
  const shards: Shard[] = Array.from({ length: of }, (_, at) => ({ index: at + 1, of }));
  return shards.flatMap((shard) => {
    const own = shareOf(all, shard).flatMap(({ keys }) => [...keys.keys()]);
    const lacking = own.filter((id) => left.has(id)).length;
    if (lacking === 0) return [];
    const name = `shard ${formatShard(shard)}`;
    const [record] = records.filter((one) => one.shard.index === shard.index);
    if (!record) return [`${name} is not among the stores: its ${own.length} units are missing`];
    const count = `${name}: ${lacking} of ${own.length} units are missing`;
    return [record.ended ? count : `${count}, it did not come to its end: run it again`];
  });
}
