/**
 * Layered min-sum in floating point, with an offset or a factor: references for the 8-bit decoder.
 *
 * Source: J. Chen et al., "Reduced-complexity decoding of LDPC codes", IEEE Trans. Commun. 53(8),
 * 2005: R = sign * max(0, min - offset), or sign * factor * min.
 *
 * @module
 */
import { forEachRun, type QuasiCyclicCode } from "../qc/quasi_cyclic.ts";

/** Turns the smallest magnitude of the other inputs of a check into the magnitude of its reply. */
export interface Correction {
  /** 1 for none. */
  readonly factor: number;
  /** 0 for none. */
  readonly offset: number;
}

/** Layered min-sum on one word. */
export class LayeredMinSum {
  readonly #messages: Float32Array;
  /** T of the entries of a row: f32[degree, Z]. */
  readonly #input: Float32Array;
  readonly #min1: Float32Array;
  readonly #min2: Float32Array;
  /** 1 or -1. */
  readonly #sign: Float32Array;

  /** @param posterior f32[columns * Z], the channel's LLRs at first, updated in place. */
  constructor(
    private readonly code: QuasiCyclicCode,
    private readonly posterior: Float32Array,
    private readonly correction: Correction,
  ) {
    const { liftingSize, rowStart, rows, columns } = code;
    this.#messages = new Float32Array((rowStart[rows] as number) * liftingSize);
    this.#input = new Float32Array(columns * liftingSize);
    this.#min1 = new Float32Array(liftingSize);
    this.#min2 = new Float32Array(liftingSize);
    this.#sign = new Float32Array(liftingSize);
  }

  /** One pass over all rows. */
  iterate(): void {
    for (let row = 0; row < this.code.rows; row++) {
      this.#min1.fill(Infinity);
      this.#min2.fill(Infinity);
      this.#sign.fill(1);
      forEachRun(
        this.code,
        row,
        (entry, index, lane, position, count) => this.#collect(entry, index, lane, position, count),
      );
      this.#correct();
      forEachRun(
        this.code,
        row,
        (entry, index, lane, position, count) => this.#reply(entry, index, lane, position, count),
      );
    }
  }

  #collect(entry: number, index: number, lane: number, position: number, count: number): void {
    const posterior = this.posterior, messages = this.#messages, input = this.#input;
    const min1 = this.#min1, min2 = this.#min2, sign = this.#sign;
    const from = entry * this.code.liftingSize + lane, to = index * this.code.liftingSize + lane;
    for (let i = 0; i < count; i++) {
      const value = (posterior[position + i] as number) - (messages[from + i] as number);
      input[to + i] = value;
      if (value < 0) sign[lane + i] = -(sign[lane + i] as number);
      const size = Math.abs(value), smallest = min1[lane + i] as number;
      min2[lane + i] = Math.min(min2[lane + i] as number, Math.max(smallest, size));
      min1[lane + i] = Math.min(smallest, size);
    }
  }

  /** `#min2` becomes the reply to a positive input of the smallest magnitude, `#sign` to others. */
  #correct(): void {
    const min1 = this.#min1, min2 = this.#min2, sign = this.#sign;
    const { factor, offset } = this.correction;
    for (let lane = 0; lane < sign.length; lane++) {
      const parity = sign[lane] as number;
      min2[lane] = parity * Math.max(0, factor * (min2[lane] as number) - offset);
      sign[lane] = parity * Math.max(0, factor * (min1[lane] as number) - offset);
    }
  }

  #reply(entry: number, index: number, lane: number, position: number, count: number): void {
    const posterior = this.posterior, messages = this.#messages, input = this.#input;
    const min1 = this.#min1, ofSmallest = this.#min2, common = this.#sign;
    const to = entry * this.code.liftingSize + lane, from = index * this.code.liftingSize + lane;
    for (let i = 0; i < count; i++) {
      const value = input[from + i] as number;
      const isSmallest = Math.abs(value) === min1[lane + i]; // at a tie both replies are the same
      const toPositive = (isSmallest ? ofSmallest[lane + i] : common[lane + i]) as number;
      const reply = value < 0 ? -toPositive : toPositive;
      messages[to + i] = reply;
      posterior[position + i] = value + reply;
    }
  }
}
