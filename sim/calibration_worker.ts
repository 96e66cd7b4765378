/**
 * The child process of `deno task calibrate`: measures one curve at a time.
 *
 * @module
 */
import process from "node:process";
import { type Effort, measureCurve } from "../baselines/separate/ldpc/measure.ts";
import type { Scheme } from "../baselines/separate/ldpc/modulation_coding.ts";

/** One curve to measure. */
export interface CalibrationJob {
  readonly scheme: Scheme;
  readonly blockBits: number;
  readonly effort: Effort;
}

process.on("message", ({ job }: { job: CalibrationJob }) => {
  try {
    process.send?.({ done: measureCurve(job.scheme, job.blockBits, job.effort) });
  } catch (error) {
    process.send?.({ threw: String(error) });
  }
});
process.on("disconnect", () => process.exit(0));
