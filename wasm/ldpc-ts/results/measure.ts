/**
 * Measures the error rates of the README: `deno run -A wasm/ldpc-ts/results/measure.ts` writes
 * error_rates.json beside this file.
 *
 * @module
 */
import {
  type Point,
  POINT_HEADS,
  pointLine,
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

// Times are of the machine, not of the curve.
const curves = results.map(({ label, options, points }) => ({
  label,
  options,
  points: points.map(({ seconds: _, megabitsPerSecond: __, ...point }) => point),
}));
const command = "deno run -A wasm/ldpc-ts/results/measure.ts";
Deno.writeTextFileSync(
  new URL("error_rates.json", import.meta.url),
  `${JSON.stringify({ command, curves }, null, 2)}\n`,
);
