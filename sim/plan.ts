/**
 * The plan of an experiment: which units there are, and which of them are missing.
 *
 * A point is one codec in one session over one channel at one true SNR; a unit is a point with one
 * picture and one trial. Missing units are grouped by (codec, picture): a group shares encodes.
 *
 * @module
 */
import type { Session } from "../core/codec.ts";
import { formatSpec, type OptionValues, parseOptions, type Spec } from "../core/options.ts";
import { parseRatio } from "../core/units.ts";
import type { Experiment } from "./experiment.ts";
import type { CodecRequest, Link, SessionTask } from "./job.ts";
import { keptFor } from "./metrics/mod.ts";
import type { Plugins } from "./plugins.ts";
import type { Store } from "./store.ts";
import { unitId, type UnitKey } from "./unit.ts";

/** A picture of the data set, by content. */
export interface PlannedImage {
  readonly name: string;
  readonly digest: string;
  readonly width: number;
  readonly height: number;
}

/** A codec of the experiment with its options complete. */
export interface PlannedCodec {
  readonly request: CodecRequest;
  /** Legend text: the title, with the options that differ from their defaults. */
  readonly label: string;
  /** This is one of several variants among which the best is shown: their common options. */
  readonly variantOf?: OptionValues;
}

/** One codec, one session, one channel, one true SNR: a row of the table. */
export interface PlannedPoint extends Link {
  readonly codec: PlannedCodec;
  readonly cbrTarget: string;
  readonly snrDb: number;
}

/** The codecs of an experiment, options checked and completed. */
export function planCodecs(
  { codecs, plugins: foreign }: Experiment,
  plugins: Plugins,
): PlannedCodec[] {
  return codecs.flatMap((spec) => {
    const plugin = plugins.codecs.get(spec.id);
    const options = parseOptions(plugin.options, spec.options, `codec ${spec.id}`);
    const changed = formatSpec(spec.id, plugin.options, { ...options }).slice(spec.id.length + 1);
    const label = changed ? `${plugin.title} (${changed.replaceAll(",", ", ")})` : plugin.title;
    const planned = (own: object): PlannedCodec => ({
      request: {
        plugins: foreign,
        codec: spec.id,
        options: { ...own } as OptionValues,
        rate: plugin.rate,
      },
      label,
    });
    const variants = plugin.variants?.(options) ?? [];
    if (variants.length === 0) return [planned(options)];
    const variantOf = { ...options } as OptionValues;
    return variants.map((own) => ({ ...planned(own), variantOf }));
  });
}

/** All points in the order of the table: channel, CBR, codec, assumed SNR, SNR. */
export function planPoints(experiment: Experiment, plugins: Plugins): PlannedPoint[] {
  const codecs = planCodecs(experiment, plugins);
  const points: PlannedPoint[] = [];
  for (const spec of experiment.channels) {
    const channel = planChannel(spec, plugins);
    for (const cbrTarget of experiment.cbr) {
      for (const codec of codecs) {
        for (const { snrDb, assumedSnrDb } of snrPairs(experiment)) {
          const session: Session = {
            cbr: parseRatio(cbrTarget, "--cbr"),
            snrDb: assumedSnrDb,
            channel: channel.text,
            sideInformation: experiment.sideInformation,
          };
          points.push({ codec, session, channel: channel.spec, cbrTarget, snrDb });
        }
      }
    }
  }
  return points;
}

function planChannel(spec: Spec, plugins: Plugins): { spec: Spec; text: string } {
  const plugin = plugins.channels.get(spec.id);
  const options = { ...parseOptions(plugin.options, spec.options, `channel ${spec.id}`) };
  return {
    spec: { id: spec.id, options: options as OptionValues },
    text: formatSpec(spec.id, plugin.options, options as OptionValues),
  };
}

function snrPairs({ snrDb, assumedSnrDb }: Experiment): { snrDb: number; assumedSnrDb: number }[] {
  const pairs = assumedSnrDb.flatMap((assumed) =>
    snrDb.map((snr) => ({ snrDb: snr, assumedSnrDb: assumed === "true" ? snr : assumed }))
  );
  const seen = new Set<string>();
  return pairs.filter((pair) => {
    const key = `${pair.snrDb} ${pair.assumedSnrDb}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Everything that determines a unit's result. */
export function unitKey(
  point: PlannedPoint,
  version: string,
  image: PlannedImage,
  trial: number,
  seed: number,
): UnitKey {
  const { codec, options } = point.codec.request;
  return {
    codec,
    options,
    version,
    session: point.session,
    image: image.digest,
    snrDb: point.snrDb,
    trial,
    seed,
  };
}

/** A point whose codec has told its version. */
export interface VersionedPoint extends PlannedPoint {
  readonly version: string;
  readonly notes: readonly string[];
}

/** Says of a unit whether its reconstruction is to be kept. */
export type WantsPicture = (point: PlannedPoint, image: PlannedImage, trial: number) => boolean;

/** The units of one codec and one picture that are still to be computed. */
export interface MissingGroup {
  readonly codec: PlannedCodec;
  readonly image: PlannedImage;
  readonly tasks: readonly SessionTask[];
  readonly keys: ReadonlyMap<string, UnitKey>;
}

/**
 * Groups of missing units of some trials, picture by picture so that codecs can share encodes.
 * A unit whose picture is wanted and was not kept is missing. Where only features of the picture
 * itself are missing, there is a group without units.
 */
export function missingGroups(
  points: readonly VersionedPoint[],
  images: readonly PlannedImage[],
  trials: readonly number[],
  experiment: Pick<Experiment, "seed" | "metrics">,
  store: Store,
  wantsPicture: WantsPicture = () => false,
): MissingGroup[] {
  const groups: MissingGroup[] = [];
  const { values, featureSets } = keptFor(experiment.metrics);
  for (const image of images) {
    let originalIsThere = store.hasFeatures(image.digest, featureSets);
    for (const [codec, own] of byCodec(points)) {
      const keys = new Map<string, UnitKey>();
      const tasks = new Map<string, { link: Link; units: SessionTask["units"][number][] }>();
      for (const point of own) {
        for (const trial of trials) {
          const key = unitKey(point, point.version, image, trial, experiment.seed);
          const id = unitId(key);
          const keepPicture = wantsPicture(point, image, trial);
          const pictureIsThere = !keepPicture || store.hasPicture(id);
          if (pictureIsThere && store.get(id, values, featureSets)) continue;
          keys.set(id, key);
          const { session, channel } = point;
          const name = JSON.stringify([session, channel]);
          const task = tasks.get(name) ?? { link: { session, channel }, units: [] };
          task.units.push({ id, snrDb: point.snrDb, trial, keepPicture });
          tasks.set(name, task);
        }
      }
      if (keys.size > 0 || !originalIsThere) {
        originalIsThere = true; // every group brings what is missing of it
        groups.push({
          codec,
          image,
          keys,
          tasks: [...tasks.values()].map(({ link, units }) => ({ ...link, units })),
        });
      }
    }
  }
  return groups;
}

function byCodec(points: readonly VersionedPoint[]): Map<PlannedCodec, VersionedPoint[]> {
  const groups = new Map<PlannedCodec, VersionedPoint[]>();
  for (const point of points) {
    groups.set(point.codec, [...(groups.get(point.codec) ?? []), point]);
  }
  return groups;
}
