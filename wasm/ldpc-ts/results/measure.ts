/**
 * Makes the figure of the README: `deno run -A wasm/ldpc-ts/results/measure.ts`. Writes
 * error_rates.json and error_rates.svg beside this file.
 *
 * @module
 */
import {
  errorRateFigure,
  type Point,
  POINT_HEADS,
  pointLine,
  type Series,
  sweep,
  type SweepOptions,
  workerPool,
} from "../monte_carlo/mod.ts";

interface Curve {
  readonly label: string;
  readonly options: SweepOptions;
}

const SHARED = {
  bitsPerSymbol: 2,
  scale: "ebn0",
  seed: 1,
  targetErrors: 100,
  maxBlocks: 300_000,
} as const;

function curve(
  label: string,
  code: string,
  iterations: number,
  snrsDb: readonly number[],
): Curve {
  return { label, options: { ...SHARED, code, snrsDb, decoder: { iterations } } };
}

const CURVES: readonly Curve[] = [
  curve("NR graph 1, 8448 of 16896, 20 iterations", "nr:8448,16896", 20, [0.9, 1, 1.1, 1.2]),
  curve("NR graph 2, 3840 of 7680, 20 iterations", "nr:3840,7680", 20, [0.8, 1, 1.1, 1.2, 1.3]),
  curve("802.11n 1944, rate 1/2, 20 iterations", "wifi:1944,1/2", 20, [1, 1.2, 1.4, 1.6, 1.8]),
  curve("802.11n 648, rate 5/6, 10 iterations", "wifi:648,5/6", 10, [
    3,
    3.25,
    3.5,
    3.75,
    4,
    4.25,
    4.5,
  ]),
];

/**
 * 802.11n, n = 648, rate 5/6, BPSK, horizontal layers, 10 iterations, syndrome stop: frame error
 * rates published by the AFF3CT project (aff3ct/error_rate_references). At the same Eb/N0 each axis
 * of QPSK is such a BPSK link.
 */
const PUBLISHED: readonly Series[] = [
  {
    label: "published: the same code, float sum-product",
    reference: true,
    points: [
      [3, 0.444],
      [3.25, 0.256],
      [3.5, 0.0862],
      [3.75, 0.0332],
      [4, 0.00895],
      [4.25, 0.00262],
      [4.5, 0.000476],
    ].map(([x, rate]) => ({ x: x as number, rate: rate as number })),
  },
  {
    label: "published: the same code, float min-sum",
    reference: true,
    points: [[3, 0.733], [3.5, 0.228], [4, 0.0363], [4.5, 0.00184]]
      .map(([x, rate]) => ({ x: x as number, rate: rate as number })),
  },
];

const results: { label: string; options: SweepOptions; points: Point[] }[] = [];
const pool = workerPool(navigator.hardwareConcurrency);
for (const { label, options } of CURVES) {
  console.log(`\n${label}\n${POINT_HEADS}`);
  const points: Point[] = [];
  for await (const point of sweep(options, pool)) {
    console.log(pointLine(point, options));
    points.push(point);
  }
  results.push({ label, options, points });
}
pool.close();

const measured: Series[] = results.map(({ label, points }) => ({
  label,
  points: points.map(({ ebN0Db, bler, blerInterval }) => ({
    x: ebN0Db,
    rate: bler,
    ...blerInterval,
  })),
}));
const svg = errorRateFigure([...measured, ...PUBLISHED], {
  title: "Block error rates, QPSK over white Gaussian noise, int8 decoder",
  xLabel: "Eb/N0 in dB",
  yLabel: "block error rate",
});
// Times are of the machine, not of the curve.
const curves = results.map(({ label, options, points }) => ({
  label,
  options,
  points: points.map(({ seconds: _, megabitsPerSecond: __, ...point }) => point),
}));
const command = "deno run -A wasm/ldpc-ts/results/measure.ts";
const write = (name: string, content: string): void =>
  Deno.writeTextFileSync(new URL(name, import.meta.url), content);
write("error_rates.json", `${JSON.stringify({ command, curves }, null, 1)}\n`);
write("error_rates.svg", svg);
