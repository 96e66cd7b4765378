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

interface ReferencePoint {
  readonly options: SweepOptions;
  readonly frames: number;
  readonly errors: number;
}

/** Every reference point that 100 errors can be had for in reasonable time. */
function* referencePoints(): Generator<ReferencePoint> {
  const reachable = (errors: number, frames: number): boolean =>
    errors / frames <= 0.15 && errors / frames >= 5e-4;
  interface MeasuredFile {
    bpsk_ebn0: {
      code: string;
      EbN0_dB: number;
      decoder: string;
      iterations: number;
      frames: number;
      frame_errors: number;
    }[];
    thresholds: { cases: { k: number; n: number; Qm: BitsPerSymbol; points: number[][] }[] };
  }
  const file = readVectors<MeasuredFile>(`${LDPC_VECTORS}/bler_measured.json`);
  const codes: Record<string, string> = {
    bg1r12: "nr:8448,16896",
    bg2r12: "nr:3840,7680",
    w1944_12: "wifi:1944,1/2",
    w648_56: "wifi:648,5/6",
  };
  const limits = { seed: 62, targetErrors: 100, maxBlocks: 400_000 };
  for (const { code, EbN0_dB, decoder, iterations, frames, frame_errors } of file.bpsk_ebn0) {
    if (!reachable(frame_errors, frames)) continue;
    const rule: DecodeOptions = decoder.startsWith("float OMS")
      ? { algorithm: "offset-min-sum" }
      : decoder.startsWith("float NMS")
      ? { algorithm: "normalised-min-sum" }
      : {};
    yield {
      options: {
        ...limits,
        code: codes[code]!,
        bitsPerSymbol: 2,
        decoder: { ...rule, iterations },
        snrsDb: [EbN0_dB],
        scale: "ebn0",
      },
      frames,
      errors: frame_errors,
    };
  }
  for (const { k, n, Qm, points } of file.thresholds.cases) {
    for (const [snr, frames, errors] of points) {
      if (!reachable(errors!, frames!)) continue;
      const options = { ...limits, code: `nr:${k},${n}`, bitsPerSymbol: Qm, snrsDb: [snr!] };
      yield { options, frames: frames!, errors: errors! };
    }
  }
  interface PublishedFile {
    curves: { rule: string; iterations: number; points: number[][] }[];
  }
  const published = readVectors<PublishedFile>(`${LDPC_VECTORS}/bler_aff3ct.json`);
  for (const { rule, iterations, points } of published.curves) {
    const decoder: DecodeOptions = rule === "SPA"
      ? { algorithm: "sum-product", iterations }
      : { algorithm: "normalised-min-sum", factor: 1, iterations };
    for (const [ebN0Db, frames, errors] of points) {
      if (!reachable(errors!, frames!)) continue;
      yield {
        options: {
          ...limits,
          code: "wifi:648,5/6",
          bitsPerSymbol: 2,
          decoder,
          snrsDb: [ebN0Db!],
          scale: "ebn0",
        },
        frames: frames!,
        errors: errors!,
      };
    }
  }
}

Deno.test({
  name: "no reference point of any curve is missed",
  ignore: LDPC_VECTORS === undefined || !FULL,
  async fn() {
    const missed: string[] = [];
    for (const { options, frames, errors } of referencePoints()) {
      const point = await measure(options);
      const reference = wilsonInterval(errors, frames);
      const line = `${options.code} ${options.bitsPerSymbol} bits ${options.snrsDb[0]} dB ` +
        `${options.decoder?.algorithm ?? "int8"} ${
          options.decoder?.iterations ?? 20
        } iterations: ` +
        `${point.bler.toExponential(2)} (${point.tally.blockErrors} of ${point.tally.blocks}), ` +
        `reference ${(errors / frames).toExponential(2)} (${errors} of ${frames})`;
      console.log(line);
      if (point.blerInterval.low > reference.high) missed.push(line);
    }
    assertEquals(missed, []);
  },
});
