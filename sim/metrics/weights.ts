/**
 * Where the networks of metrics get their weights from. Who runs the metrics says it: a folder, a
 * server, a test; a metric only names what it needs.
 *
 * @module
 */
import { CapabilityError } from "../../core/errors.ts";

/** Weights that a metric cannot do without. */
export interface WeightsNeed {
  /** For people: "AlexNet". */
  readonly title: string;
  /** Files that serve, the best first: the published one, then conversions of it. */
  readonly files: readonly string[];
}

/** An open file of weights. */
export interface WeightFile {
  /** Its name, for messages. */
  readonly file: string;
  /**
   * A tensor as float32, rows first; int8 weights come scaled.
   *
   * @throws {FormatError} When it is missing, damaged, or has another shape.
   */
  floats(name: string, shape: readonly number[]): Promise<Float32Array>;
}

/** Gives weights. */
export interface WeightSource {
  /** @throws {CapabilityError} When none of the files is there. */
  open(need: WeightsNeed): Promise<WeightFile>;
}

/** A source that has nothing: for those who ask a metric only for its distance or its title. */
export const NO_WEIGHTS: WeightSource = {
  open: ({ title, files }) =>
    Promise.reject(new CapabilityError(`no weights of ${title} here (${files.join(" or ")})`)),
};
