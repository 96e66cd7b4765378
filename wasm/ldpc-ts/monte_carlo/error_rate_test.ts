/**
 * Error rates against measured and published curves. The quick points are always checked; with
 * SEMCAST_FULL=1 every reference point with a block error rate from 5e-4 to 0.15, at 100 errors.
 */
import { assert, assertEquals } from "@std/assert";
import type { DecodeOptions } from "../decoder/options.ts";
import type { BitsPerSymbol } from "../modulation/constellation.ts";
import { LDPC_VECTORS, readVectors } from "../testing/vectors.ts";
import { localPool, workerPool } from "./pool.ts";
import { wilsonInterval } from "./statistics.ts";
import { type Point, sweep, type SweepOptions } from "./sweep.ts";

const FULL = Deno.env.get("SEMCAST_FULL") === "1";

async function measure(options: SweepOptions): Promise<Point> {
  const pool = FULL ? workerPool(navigator.hardwareConcurrency) : localPool();
  try {
    for await (const point of sweep(options, pool)) return point;
  } finally {
    pool.close();
  }
  throw new Error("a sweep of one SNR has one point");
}

/** The limits that the package promises, int8, 20 iterations, QPSK. */
const PROMISED = [
  { code: "nr:8448,16896", ebN0Db: 1.1, bler: 1.4e-2, blocks: 1500, iterations: 20 },
  { code: "nr:3840,7680", ebN0Db: 1.2, bler: 8e-3, blocks: 3000, iterations: 20 },
  { code: "wifi:1944,1/2", ebN0Db: 1.6, bler: 7e-3, blocks: 6000, iterations: 20 },
  // The published float curve is at 8.95e-3 here at 4.0 dB: 0.15 dB are allowed.
  { code: "wifi:648,5/6", ebN0Db: 4.15, bler: 8.95e-3, blocks: 8000, iterations: 10 },
];

for (const { code, ebN0Db, bler, blocks, iterations } of PROMISED) {
  Deno.test(`${code} loses at most ${bler} of its blocks at Eb/N0 ${ebN0Db} dB`, async () => {
    const point = await measure({
      code,
      bitsPerSymbol: 2,
      decoder: { iterations },
      seed: 60,
      snrsDb: [ebN0Db],
      scale: "ebn0",
      targetErrors: FULL ? 200 : 10 ** 6,
      maxBlocks: FULL ? 200_000 : blocks,
    });
    // Quick: not significantly above. Full: significantly not above.
    const { low, high } = point.blerInterval;
    assert((FULL ? high : low) <= bler, `${point.bler} [${low}, ${high}]`);
    assertEquals(point.tally.undetected, 0);
  });
}

Deno.test("int8 loses at most 0.05 dB against float offset min-sum", async () => {
  // The float decoder gets 0.05 dB less: it must not do significantly better.
  const shared = { code: "wifi:1944,1/2", bitsPerSymbol: 2, seed: 61, scale: "ebn0" } as const;
  const limits = { targetErrors: FULL ? 1000 : 50, maxBlocks: 100_000 };
  const int8 = await measure({ ...shared, ...limits, snrsDb: [1.35] });
  const decoder = { algorithm: "offset-min-sum" } as const;
  const float = await measure({ ...shared, ...limits, snrsDb: [1.3], decoder });
  assert(int8.blerInterval.low <= float.blerInterval.high, `${int8.bler} and ${float.bler}`);
});

/** A reference point, and what it is to be measured with. */
interface ReferencePoint {
  readonly options: SweepOptions;
  readonly frames: number;
  readonly errors: number;
}

const LIMITS = { seed: 62, targetErrors: 100, maxBlocks: 400_000 };

/** From 0.15 down to where 100 errors can be had in a minute or so. */
function isReachable({ options, frames, errors }: ReferencePoint): boolean {
  const floating = options.decoder?.algorithm !== undefined;
  // A long word takes the floating-point decoders some 30 ms.
  const least = !floating ? 5e-4 : options.code === "wifi:648,5/6" ? 2.5e-3 : 2e-2;
  return errors / frames <= 0.15 && errors / frames >= least;
}

/** Curves over Eb/N0 that a prototype measured. */
function* measuredPoints(): Generator<ReferencePoint> {
  interface Entry {
    code: string;
    EbN0_dB: number;
    decoder: string;
    iterations: number;
    frames: number;
    frame_errors: number;
  }
  const codes: Record<string, string> = {
    bg1r12: "nr:8448,16896",
    bg2r12: "nr:3840,7680",
    w1944_12: "wifi:1944,1/2",
    w648_56: "wifi:648,5/6",
  };
  const file = readVectors<{ bpsk_ebn0: Entry[] }>(`${LDPC_VECTORS}/bler_measured.json`);
  for (const { code, EbN0_dB, decoder, iterations, frames, frame_errors } of file.bpsk_ebn0) {
    const rule: DecodeOptions = decoder.startsWith("float OMS")
      ? { algorithm: "offset-min-sum" }
      : decoder.startsWith("float NMS")
      ? { algorithm: "normalised-min-sum" }
      : {};
    const options = {
      ...LIMITS,
      code: codes[code]!,
      bitsPerSymbol: 2,
      decoder: { ...rule, iterations },
      snrsDb: [EbN0_dB],
      scale: "ebn0",
    } as const;
    yield { options, frames, errors: frame_errors };
  }
}

/** Thresholds over Es/N0 that a prototype measured, all modulations. */
function* thresholdPoints(): Generator<ReferencePoint> {
  interface Entry {
    k: number;
    n: number;
    Qm: BitsPerSymbol;
    points: [number, number, number][];
  }
  const file = readVectors<{ thresholds: { cases: Entry[] } }>(
    `${LDPC_VECTORS}/bler_measured.json`,
  );
  for (const { k, n, Qm, points } of file.thresholds.cases) {
    for (const [snr, frames, errors] of points) {
      const options = { ...LIMITS, code: `nr:${k},${n}`, bitsPerSymbol: Qm, snrsDb: [snr] };
      yield { options, frames, errors };
    }
  }
}

/** Published curves of floating-point decoders. */
function* publishedPoints(): Generator<ReferencePoint> {
  interface Curve {
    rule: string;
    iterations: number;
    points: [number, number, number][];
  }
  const { curves } = readVectors<{ curves: Curve[] }>(`${LDPC_VECTORS}/bler_aff3ct.json`);
  for (const { rule, iterations, points } of curves) {
    const decoder: DecodeOptions = rule === "SPA"
      ? { algorithm: "sum-product", iterations }
      : { algorithm: "normalised-min-sum", factor: 1, iterations };
    for (const [ebN0Db, frames, errors] of points) {
      const options = {
        ...LIMITS,
        code: "wifi:648,5/6",
        bitsPerSymbol: 2,
        decoder,
        snrsDb: [ebN0Db],
        scale: "ebn0",
      } as const;
      yield { options, frames, errors };
    }
  }
}

const SOURCES = {
  "the measured curves": measuredPoints,
  "the measured thresholds": thresholdPoints,
  "the published curves": publishedPoints,
};

for (const [name, points] of Object.entries(SOURCES)) {
  Deno.test({
    name: `no point of ${name} is missed`,
    ignore: LDPC_VECTORS === undefined || !FULL,
    async fn() {
      const missed: string[] = [];
      for (const reference of points()) {
        if (!isReachable(reference)) continue;
        const { options, frames, errors } = reference;
        const { bler, blerInterval, tally } = await measure(options);
        const line = `${options.code} ${options.bitsPerSymbol} bits ${options.snrsDb[0]} dB ` +
          `${options.decoder?.algorithm ?? "int8"} ${options.decoder?.iterations ?? 20}: ` +
          `${bler.toExponential(2)} (${tally.blockErrors} of ${tally.blocks}), ` +
          `reference ${(errors / frames).toExponential(2)} (${errors} of ${frames})`;
        console.log(line);
        if (blerInterval.low > wilsonInterval(errors, frames).high) missed.push(line);
      }
      assertEquals(missed, []);
    },
  });
}
