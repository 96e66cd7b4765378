/**
 * Made-up summaries for the tests of tables and figures: realistic shapes, no measurement.
 *
 * @module
 */
import type { PlannedImage } from "../plan.ts";
import type { Estimate, Point, Summary } from "../summary.ts";

/** What to vary. */
export interface Sample {
  readonly labels?: readonly string[];
  readonly snrsDb?: readonly number[];
  /** One for all points; absent: each point's own SNR. */
  readonly assumedSnrsDb?: readonly number[];
  readonly cbrs?: readonly string[];
  readonly channels?: readonly string[];
  /** Changes or adds to a point. */
  readonly change?: (point: Point) => Partial<Point>;
  readonly notes?: readonly string[];
}

/** Quality grows with log2(1 + SNR) and CBR; a separate scheme fails above its assumed SNR. */
export function sampleSummary(sample: Sample = {}): Summary {
  const {
    labels = ["BPG + capacity", "JPEG + capacity", "DeepJSCC"],
    snrsDb = [1, 4, 7, 10, 13],
    assumedSnrsDb,
    cbrs = ["1/48"],
    channels = ["awgn"],
    change = () => ({}),
    notes = [],
  } = sample;
  const points = channels.flatMap((channel) =>
    cbrs.flatMap((cbrTarget) =>
      labels.flatMap((label, codec) =>
        snrsDb.flatMap((snrDb) =>
          (assumedSnrsDb ?? [snrDb]).map((assumedSnrDb) => {
            const point = samplePoint({ label, codec, snrDb, assumedSnrDb, cbrTarget, channel });
            return { ...point, ...change(point) };
          })
        )
      )
    )
  );
  return {
    command: "deno task sim --data kodak --snr 1,4,7,10,13",
    seed: 1,
    versions: { semcast: "0.1.0" },
    data: { name: "kodak", images: 24, list: sampleImages(24) },
    metrics: [
      { id: "psnr", title: "PSNR", unit: "dB", better: "higher", digits: 2, reference: "8 bit" },
      { id: "lpips", title: "LPIPS", unit: "", better: "lower", digits: 3, reference: "AlexNet" },
    ],
    points,
    notes,
  };
}

/** Landscapes named as Kodak's are. */
export function sampleImages(count: number): PlannedImage[] {
  return Array.from({ length: count }, (_, n) => ({
    name: `kodim${String(n + 1).padStart(2, "0")}.png`,
    digest: String(n + 1).padStart(32, "0"),
    width: 768,
    height: 512,
  }));
}

interface Place {
  readonly label: string;
  readonly codec: number;
  readonly snrDb: number;
  readonly assumedSnrDb: number;
  readonly cbrTarget: string;
  readonly channel: string;
}

function samplePoint({ label, codec, ...place }: Place): Point {
  const { snrDb, assumedSnrDb, cbrTarget, channel } = place;
  const [numerator = 1, denominator = 1] = cbrTarget.split("/").map(Number);
  const cbr = numerator / denominator;
  const analogue = label.includes("JSCC");
  const outage = !analogue && snrDb < assumedSnrDb;
  const useful = analogue ? (snrDb + assumedSnrDb) / 2 : assumedSnrDb;
  const bits = Math.log2(1 + 10 ** (useful / 10));
  const fading = channel === "awgn" ? 0 : 2.5;
  const good = 26 + 2.2 * Math.log2(48 * cbr * bits + 0.3) - 0.9 * codec - fading;
  const psnr = outage ? 11.6 : analogue ? good + 0.4 - 0.02 * (snrDb - 7) ** 2 : good;
  return {
    codec: label.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
    label,
    options: { effort: 8 },
    version: "1",
    ...place,
    cbr: sampleEstimate(cbr * 0.9987, 0),
    sideShare: analogue ? 0 : 0.0132,
    outageRate: outage ? 1 : 0,
    trials: 1,
    metrics: {
      psnr: sampleEstimate(psnr, outage ? 0.3 : 0.55 + 0.03 * codec),
      lpips: sampleEstimate(outage ? 0.8 : 0.9 * 2 ** (-(psnr - 15) / 7), 0.02),
    },
    encodeMs: 1312.7 / (codec + 1),
    decodeMs: 41.26,
    stopped: "1 trial asked for",
    notes: [],
  };
}

/** An estimate of 24 images. */
export function sampleEstimate(value: number, halfWidth: number): Estimate {
  return { value, halfWidth, count: 24 };
}
