/**
 * Sum-product (belief propagation) in floating point, layered or flooding.
 *
 * Check rule: tanh(R_e / 2) = product over the other entries of tanh(T / 2), the product without
 * one factor formed from the products before and after it, so that a zero does no harm.
 *
 * Source: F. R. Kschischang, B. J. Frey, H.-A. Loeliger, IEEE Trans. Inf. Theory 47(2), 2001.
 * Deviation: a product within 2^-53 of 1 is taken as 1 - 2^-53, so messages stay below 37.4.
 *
 * @module
 */
import type { QuasiCyclicCode } from "../qc/quasi_cyclic.ts";

const MOST = 1 - 2 ** -53;

/** One pass over all rows, each reading what earlier rows wrote. */
export function layeredSumProduct(
  code: QuasiCyclicCode,
  posterior: Float32Array,
  messages: Float32Array,
): void {
  passRows(code, posterior, messages, (position, value, reply) => {
    posterior[position] = value + reply;
  });
}

/** One pass over all rows from the same posteriors, then the new posteriors from all messages. */
export function floodingSumProduct(
  code: QuasiCyclicCode,
  channel: Float32Array,
  posterior: Float32Array,
  messages: Float32Array,
): void {
  const next = Float32Array.from(channel);
  passRows(code, posterior, messages, (position, _, reply) => {
    next[position] = (next[position] as number) + reply;
  });
  posterior.set(next);
}

type Deliver = (position: number, input: number, reply: number) => void;

function passRows(
  code: QuasiCyclicCode,
  posterior: Float32Array,
  messages: Float32Array,
  deliver: Deliver,
): void {
  const size = code.liftingSize;
  for (let row = 0; row < code.rows; row++) {
    const first = code.rowStart[row] as number;
    const degree = (code.rowStart[row + 1] as number) - first;
    const at = new Int32Array(degree);
    const input = new Float64Array(degree);
    const reply = new Float64Array(degree);
    for (let lane = 0; lane < size; lane++) {
      for (let e = 0; e < degree; e++) {
        const turned = lane + (code.shift[first + e] as number);
        const position = (code.column[first + e] as number) * size +
          (turned < size ? turned : turned - size);
        at[e] = position;
        input[e] = (posterior[position] as number) -
          (messages[(first + e) * size + lane] as number);
      }
      checkReplies(input, reply);
      for (let e = 0; e < degree; e++) {
        messages[(first + e) * size + lane] = reply[e] as number;
        deliver(at[e] as number, input[e] as number, reply[e] as number);
      }
    }
  }
}

/** Replies of one check to its inputs. */
export function checkReplies(input: Float64Array, reply: Float64Array): void {
  let before = 1;
  for (let e = 0; e < input.length; e++) {
    reply[e] = before;
    before *= Math.tanh((input[e] as number) / 2);
  }
  let after = 1;
  for (let e = input.length - 1; e >= 0; e--) {
    const others = (reply[e] as number) * after;
    after *= Math.tanh((input[e] as number) / 2);
    reply[e] = 2 * Math.atanh(Math.max(-MOST, Math.min(MOST, others)));
  }
}
