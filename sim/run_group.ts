/**
 * One picture's walk through a codec and a channel:
 *
 *     encode -> transmit -> decode -> measure
 *
 * Runs inside a worker. Random keys are derived by name from the seed, so a unit gets the same
 * numbers in any worker, batch or order; the key of the channel does not know the codec or the SNR,
 * so that all codecs meet the same noise and comparisons are paired.
 *
 * @module
 */
import type { Channel } from "../core/channel.ts";
import type { Codec, Host, Session, Transmission } from "../core/codec.ts";
import { CodecError } from "../core/errors.ts";
import { checkImage, type RgbImage } from "../core/image.ts";
import type { ImageMetric, Metric, SetMetric } from "../core/metric.ts";
import { type RandomKey, rootKey } from "../core/random.ts";
import { channelUseBudget, noiseVariance } from "../core/units.ts";
import type { GroupJob, OriginalDone, SessionTask, UnitDone } from "./job.ts";
import { keptPicture } from "./pictures/kept.ts";
import type { Features, UnitTimes } from "./unit.ts";

/** What a worker keeps from job to job. */
export interface Workshop {
  /** Opens a codec and its channel for a session. */
  open(task: SessionTask): Promise<{ codec: Codec; channel: Channel; host: Host }>;
  metric(id: string): Metric;
}

/** Runs all units of a job; gives each result as soon as it is there. */
export async function* runGroup(
  job: GroupJob,
  workshop: Workshop,
): AsyncGenerator<UnitDone | OriginalDone> {
  const judges = sortJudges(job.metrics.map((id) => workshop.metric(id)));
  if (job.originals.length > 0) {
    const wanted = judges.sets.filter(({ featureSet }) => job.originals.includes(featureSet));
    yield { kind: "original", features: await featuresOf(wanted, job.image) };
  }
  const root = rootKey(job.seed);
  for (const task of job.tasks) {
    const { codec, channel, host } = await workshop.open(task);
    const encoded = await timed(() =>
      codec.encode([job.image], [root.derive("encode", job.imageDigest)])
    );
    const transmission = only(encoded.value, "encode");
    const sideUses = await host.sideUses(transmission.side.bits, task.session);
    checkTransmission(transmission, sideUses, task.session, job);
    let encodeMs = encoded.ms;
    for (const { id, snrDb, trial, keepPicture } of task.units) {
      const key = root.derive("trial", job.imageDigest, trial);
      const link = { codec, channel, session: task.session, snrDb };
      const sent = await timed(() => transmit(transmission, link, key, job.image));
      const decoded = await timed(() => codec.decode([sent.value], [key.derive("decode")]));
      const { image, outage, details } = only(decoded.value, "decode");
      checkReceived(image, job.image);
      const measured = await timed(() => measure(judges, job.image, image));
      const times: UnitTimes = {
        encode: encodeMs,
        channel: sent.ms,
        decode: decoded.ms,
        measure: measured.ms,
      };
      encodeMs = 0; // the encode was made once
      yield {
        kind: "unit",
        id,
        result: {
          symbolUses: transmission.symbols.length / 2,
          sideUses,
          outage,
          ...measured.value,
          details: { ...transmission.details, ...details },
          times,
        },
        ...keepPicture ? { picture: await keptPicture(image) } : {},
      };
    }
  }
}

/** The metrics of a job; of those that share a feature set, one. */
interface Judges {
  readonly images: readonly ImageMetric[];
  readonly sets: readonly SetMetric[];
}

function sortJudges(metrics: readonly Metric[]): Judges {
  const sets = new Map<string, SetMetric>();
  for (const metric of metrics) if (metric.kind === "set") sets.set(metric.featureSet, metric);
  return { images: metrics.filter((metric) => metric.kind === "image"), sets: [...sets.values()] };
}

async function featuresOf(sets: readonly SetMetric[], image: RgbImage): Promise<Features> {
  const features: Record<string, Float32Array[]> = {};
  for (const set of sets) features[set.featureSet] = await set.features(image);
  return features;
}

interface Sending {
  readonly channel: Channel;
  readonly session: Session;
  readonly snrDb: number;
}

function transmit(
  { symbols, side, ideal }: Transmission,
  { channel, session, snrDb }: Sending,
  key: RandomKey,
  { width, height }: RgbImage,
): Parameters<Codec["decode"]>[0][number] {
  const output = channel.transmit(symbols, snrDb, key.derive("channel"));
  return {
    ...output,
    noiseVariance: noiseVariance(session.snrDb),
    side: side.bits > 0 ? side.bytes : null,
    genie: ideal ? { message: ideal, capacity: channel.capacity(snrDb, output.gains) } : null,
    width,
    height,
  };
}

async function measure(
  { images, sets }: Judges,
  original: RgbImage,
  received: RgbImage,
): Promise<{ metrics: Record<string, number>; features?: Features }> {
  const metrics: Record<string, number> = {};
  for (const metric of images) metrics[metric.id] = await metric.measure(original, received);
  return sets.length > 0 ? { metrics, features: await featuresOf(sets, received) } : { metrics };
}

/** Relative tolerance of the unit power: float32 symbols, summed in float64. */
const POWER_TOLERANCE = 1e-3;

function checkTransmission(
  { symbols, side }: Transmission,
  sideUses: number,
  { cbr }: Session,
  { image, codec }: GroupJob,
): void {
  const broken = (wanted: string): CodecError =>
    new CodecError(`codec "${codec.codec}" broke its contract in encode: ${wanted}`);
  if (!(symbols instanceof Float32Array) || symbols.length % 2 !== 0) {
    throw broken(`symbols are a Float32Array of re, im pairs`);
  }
  if (
    !(side?.bytes instanceof Uint8Array) || !(side.bits >= 0 && side.bits <= 8 * side.bytes.length)
  ) {
    throw broken(`side information is bytes with at most 8 bits each`);
  }
  const uses = symbols.length / 2;
  if (uses > 0) {
    let energy = 0;
    for (const part of symbols) energy += part * part;
    if (!(Math.abs(energy / uses - 1) <= POWER_TOLERANCE)) {
      throw broken(`symbols have a mean power of 1; got ${energy / uses}`);
    }
  }
  const budget = channelUseBudget(cbr, image);
  if (uses > 0 && uses + sideUses > budget && codec.rate === "per-image") {
    throw broken(
      `at most ${budget} channel uses at CBR ${cbr}; got ${uses} and ${sideUses} of side information`,
    );
  }
}

function checkReceived(image: RgbImage, original: RgbImage): void {
  checkImage(image, "the reconstruction");
  if (image.width !== original.width || image.height !== original.height) {
    throw new CodecError(
      `a reconstruction of ${original.width} x ${original.height}; got ${image.width} x ${image.height}`,
    );
  }
}

function only<T>(list: readonly T[], step: string): T {
  const [first] = list;
  if (list.length !== 1 || first === undefined) {
    throw new CodecError(`${step} of one picture gives a list of one; got ${list.length}`);
  }
  return first;
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}
