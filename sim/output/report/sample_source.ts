/**
 * Made-up results for the tests of the report: a store filled as a run fills it, no measurement.
 *
 * @module
 */
import type { RgbImage } from "../../../core/image.ts";
import { parseRatio } from "../../../core/units.ts";
import { DEFAULTS, type Experiment } from "../../experiment.ts";
import { candidatePictures } from "../../pictures/plan.ts";
import { encodeLossless } from "../../pictures/lossless.ts";
import type { PlannedImage } from "../../plan.ts";
import { Store } from "../../store.ts";
import type { Point, Summary } from "../../summary.ts";
import { type Sample, sampleSummary } from "../sample_summary.ts";
import { idOf, type Source } from "./results.ts";

/** Sizes of the made-up pictures: small, so that tests are quick. */
const SIZES = [[96, 64], [64, 96], [80, 80], [120, 64]] as const;

/** What to vary beside the summary. */
export interface SourceSample extends Sample {
  readonly experiment?: Partial<Experiment>;
  /** Score of a unit; a picture of index 3 is the one on which codecs differ most. */
  readonly score?: (codec: number, image: number, point: Point) => number;
  readonly outage?: (point: Point, image: number) => boolean;
}

/** Four pictures under the conditions of a made-up summary, in a store in `folder`. */
export async function sampleSource(
  folder: string,
  sample: SourceSample = {},
): Promise<Source & Disposable> {
  const images = SIZES.map(([width, height], n) => ({
    name: `image ${n}`,
    digest: String(n).padStart(32, "0"),
    width,
    height,
  }));
  const made = sampleSummary(sample);
  const summary: Summary = { ...made, data: { name: "made up", images: 4, list: images } };
  const experiment: Experiment = { ...DEFAULTS, codecs: [], ...sample.experiment };
  const store = new Store(`${folder}/results.sqlite`);
  const source = { summary, experiment, store };
  const candidates = candidatePictures(experiment.pictures, images);
  for (const image of candidates) {
    store.putPicture(image.digest, await encodeLossless(picture(image, 0)));
  }
  for (const point of summary.points) {
    for (const [n, image] of images.entries()) {
      for (let trial = 0; trial < point.trials; trial++) put(source, sample, point, n, trial);
      if (!candidates.includes(image)) continue;
      const codec = codecOf(point, summary);
      store.putPicture(
        idOf(source, point, image, 0),
        await encodeLossless(picture(image, codec + 1)),
      );
    }
  }
  return { ...source, [Symbol.dispose]: () => store[Symbol.dispose]() };
}

function codecOf(point: Point, { points }: Summary): number {
  return [...new Set(points.map(({ label }) => label))].indexOf(point.label);
}

function put(source: Source, sample: SourceSample, point: Point, n: number, trial: number): void {
  const { summary, experiment, store } = source;
  const image = summary.data.list[n] as PlannedImage;
  const codec = codecOf(point, summary);
  const score = sample.score?.(codec, n, point) ??
    30 + n + point.snrDb / 3 - codec * (1 + n) + 0.1 * trial;
  store.put({
    codec: point.codec,
    options: point.chosen ?? point.options,
    version: point.version,
    session: {
      cbr: parseRatio(point.cbrTarget, "CBR"),
      snrDb: point.assumedSnrDb,
      channel: point.channel,
      sideInformation: experiment.sideInformation,
    },
    image: image.digest,
    snrDb: point.snrDb,
    trial,
    seed: summary.seed,
  }, {
    symbolUses: 300,
    sideUses: 20,
    outage: sample.outage?.(point, n) ?? false,
    metrics: { psnr: score, lpips: 1 / score },
    details: {},
    times: { encode: 10, channel: 1, decode: 20, measure: 5 },
  });
}

/** A gradient; each codec adds stripes of its own in the lower right quarter. */
function picture({ width, height }: PlannedImage, codec: number): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const stripe = 2 * x > width && 2 * y > height ? codec * ((x + y) % 8) * 4 : 0;
      data.fill((x + y + stripe) & 255, 3 * (y * width + x), 3 * (y * width + x) + 3);
    }
  }
  return { width, height, data };
}
