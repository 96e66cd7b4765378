/**
 * Monte-Carlo simulation of coded links over white Gaussian noise.
 *
 * @module
 */
export { type CodeName, namedCode } from "./code_name.ts";
export { errorRateFigure, type FigureOptions, type Series, type SeriesPoint } from "./figure.ts";
export { type LinkOptions, SimulatedLink, type Tally } from "./link.ts";
export { type Batch, localPool, type Pool, workerPool } from "./pool.ts";
export {
  POINT_HEADS,
  pointLine,
  stopText,
  sweepCsv,
  sweepJson,
  type SweepReport,
} from "./report.ts";
export { bitErrorInterval, type Interval, wilsonInterval } from "./statistics.ts";
export { type Point, type StopReason, sweep, type SweepOptions } from "./sweep.ts";
