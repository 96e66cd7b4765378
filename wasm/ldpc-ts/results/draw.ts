/**
 * Draws the figure of the README: `deno run -A wasm/ldpc-ts/results/draw.ts` makes error_rates.svg
 * of error_rates.json.
 *
 * @module
 */
import { errorRateFigure, type Point, type Series } from "../monte_carlo/mod.ts";

interface Measurements {
  readonly curves: readonly {
    readonly label: string;
    readonly points: readonly Pick<Point, "ebN0Db" | "bler" | "blerInterval">[];
  }[];
}

/**
 * 802.11n, n = 648, rate 5/6, BPSK, horizontal layers, 10 iterations, syndrome stop: frame error
 * rates published by the AFF3CT project (aff3ct/error_rate_references). At the same Eb/N0 each axis
 * of QPSK is such a BPSK link.
 */
const PUBLISHED: readonly Series[] = [
  {
    label: "the same, published: float sum-product",
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
    label: "the same, published: float min-sum",
    reference: true,
    points: [[3, 0.733], [3.5, 0.228], [4, 0.0363], [4.5, 0.00184]]
      .map(([x, rate]) => ({ x: x as number, rate: rate as number })),
  },
];

const here = (name: string): URL => new URL(name, import.meta.url);
const { curves }: Measurements = JSON.parse(Deno.readTextFileSync(here("error_rates.json")));
const measured: Series[] = curves.map(({ label, points }) => ({
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
Deno.writeTextFileSync(here("error_rates.svg"), svg);
