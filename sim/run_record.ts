/**
 * What a store was filled for: kept in the store, so that a file that was carried from another
 * machine says what it is.
 *
 * @module
 */
import { canonicalJson, digestOf } from "./canonical.ts";
import type { Experiment } from "./experiment.ts";
import type { Shard } from "./shard.ts";
import { PROTOCOL } from "./unit.ts";

/** All of an experiment. */
export const WHOLE: Shard = { index: 1, of: 1 };

/** One experiment, or a share of it, as it was run into a store. */
export interface RunRecord {
  readonly experiment: Experiment;
  readonly shard: Shard;
  /** Digest of the pictures, by their samples. */
  readonly images: string;
  /** Of each codec, by its id: one version or, where it differs by session, several. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
  /** All of it was computed, or failed and was named. */
  readonly ended: boolean;
  /** One sentence each. */
  readonly failures: readonly string[];
}

/** The name under which the simulator's own version stands beside those of the codecs. */
const SIMULATOR = "the simulator";

/** A point of a plan, as far as a record knows it. */
interface Versioned {
  readonly codec: { readonly request: { readonly codec: string } };
  readonly version: string;
}

/** The record of a run that begins. */
export function recordOf(
  experiment: Experiment,
  shard: Shard,
  points: readonly Versioned[],
  images: readonly { readonly digest: string }[],
): RunRecord {
  const byCodec = Map.groupBy(points, ({ codec }) => codec.request.codec);
  const versions = [...byCodec].map(([codec, own]) =>
    [codec, [...new Set(own.map(({ version }) => version))].sort()] as const
  );
  return {
    experiment,
    shard,
    images: digestOf(images.map(({ digest }) => digest)),
    versions: { ...Object.fromEntries(versions), [SIMULATOR]: [`protocol ${PROTOCOL}`] },
    ended: false,
    failures: [],
  };
}

/** Fields of an experiment that say where something lies; what lies there is compared instead. */
const PLACES: readonly (keyof Experiment)[] = ["data", "plugins"];

/** In what the experiments of two records differ: `snrDb is [1,4] and not [1,7]`; "" when equal. */
export function experimentDifference(one: RunRecord, wanted: RunRecord): string {
  const fields = Object.keys(wanted.experiment) as (keyof Experiment)[];
  const differences = fields.filter((field) => !PLACES.includes(field)).flatMap((field) => {
    const [is, not] = [one, wanted].map(({ experiment }) => canonicalJson(experiment[field]));
    return is === not ? [] : [`${field} is ${is} and not ${not}`];
  });
  if (one.images !== wanted.images) {
    const [is, not] = [one, wanted].map(({ experiment }) => `"${experiment.data}"`);
    differences.push(`the pictures of ${is} are others than those of ${not}`);
  }
  return differences.join("; ");
}

/**
 * In what the versions of two records differ; "" when equal. A codec that only one of them could
 * run is no difference: it is missing, and that is said elsewhere.
 */
export function versionDifference(one: RunRecord, wanted: RunRecord): string {
  return Object.keys(wanted.versions).flatMap((name) => {
    const [is, not] = [one, wanted].map(({ versions }) => versions[name]?.join(", "));
    return is === undefined || is === not ? [] : [`${name} is ${is} and not ${not}`];
  }).join("; ");
}
