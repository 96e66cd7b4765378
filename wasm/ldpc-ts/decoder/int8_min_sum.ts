/**
 * Layered offset min-sum in 8-bit saturating arithmetic: the plain twin of the kernel in
 * ../kernel, equal to it to the bit.
 *
 * For every row (layer) and every lane i of its circulants, over the entries e of the row:
 *
 *     T_e  = sat(L_e - R_e)                    L posterior, R message of the last iteration
 *     m1, m2 = smallest and second smallest |T_e|, at most 127
 *     m_e  = m2 if |T_e| = m1, else m1         at a tie m1 = m2, so no index is needed
 *     R_e' = sign * min(clip, max(0, m_e - offset))
 *     L_e  = sat(T_e + R_e')
 *
 * sat() limits to [-128, 127]; |-128| counts as 128; the sign of 0 is plus. A column of degree one
 * gets a single message and nobody else reads it: its T is the channel value, no message is kept
 * and its posterior is not computed.
 *
 * Source: J. Chen et al., "Reduced-complexity decoding of LDPC codes", IEEE Trans. Commun. 53(8),
 * 2005 (offset min-sum); D. E. Hocevar, SiPS 2004 (layers).
 *
 * @module
 */
import { checksHold, forEachRun, type QuasiCyclicCode } from "../qc/quasi_cyclic.ts";
import type { DecoderSettings } from "./options.ts";
import { isDecided } from "./stop_rule.ts";

/** What a decoder returns: hard decisions of the systematic columns. */
export interface DecodedWord {
  /** u8[kb * Z] */
  readonly bits: Uint8Array;
  /** Whether the checks of the stop rule hold. */
  readonly converged: boolean;
  /** Iterations that were run. */
  readonly iterations: number;
}

/** Offset in quantisation steps. */
export function offsetSteps(settings: Pick<DecoderSettings, "offset" | "scale">): number {
  return Math.min(127, Math.round(settings.offset * settings.scale));
}

/**
 * Decodes quantised LLRs.
 *
 * @param channel i8[columns * Z], positive means bit 0, each in [-127, 127].
 */
export function decodeInt8(
  code: QuasiCyclicCode,
  channel: Int8Array,
  settings: DecoderSettings,
): DecodedWord {
  const posterior = Int8Array.from(channel);
  const layers = new Int8Layers(code, posterior, offsetSteps(settings), settings.clip);
  const core = code.columns - (code.rows - code.coreRows); // columns of degree above one
  const hard = new Uint8Array(core * code.liftingSize);
  for (let iteration = 1;; iteration++) {
    layers.iterate();
    const last = iteration === settings.iterations;
    if (!settings.earlyStop && !last) continue;
    for (let i = 0; i < hard.length; i++) hard[i] = (posterior[i] as number) < 0 ? 1 : 0;
    const converged = checksHold(code, hard, code.coreRows) && isDecided(code, posterior);
    if (converged || last) {
      const bits = hard.slice(0, code.systematicColumns * code.liftingSize);
      return { bits, converged, iterations: iteration };
    }
  }
}

class Int8Layers {
  readonly #messages: Int8Array;
  /** T of the entries of a row: i8[degree, Z]. */
  readonly #input: Int8Array;
  readonly #min1: Int16Array;
  readonly #min2: Int16Array;
  /** Negative where the product of the inputs is. */
  readonly #sign: Int16Array;

  constructor(
    private readonly code: QuasiCyclicCode,
    private readonly posterior: Int8Array,
    private readonly offset: number,
    private readonly clip: number,
  ) {
    const { liftingSize, rowStart, rows, columns } = code;
    this.#messages = new Int8Array((rowStart[rows] as number) * liftingSize);
    this.#input = new Int8Array(columns * liftingSize);
    this.#min1 = new Int16Array(liftingSize);
    this.#min2 = new Int16Array(liftingSize);
    this.#sign = new Int16Array(liftingSize);
  }

  /** One pass over all rows. */
  iterate(): void {
    for (let row = 0; row < this.code.rows; row++) {
      this.#min1.fill(127);
      this.#min2.fill(127);
      this.#sign.fill(0);
      // Messages of a column of degree one stay 0, so its T is the channel value.
      forEachRun(
        this.code,
        row,
        (entry, index, lane, position, count) => this.#collect(entry, index, lane, position, count),
      );
      this.#correct();
      const extension = row < this.code.coreRows ? -1 : (this.code.rowStart[row + 1] as number) - 1;
      forEachRun(this.code, row, (entry, index, lane, position, count) => {
        if (entry !== extension) this.#reply(entry, index, lane, position, count);
      });
    }
  }

  #collect(entry: number, index: number, lane: number, position: number, count: number): void {
    const posterior = this.posterior, messages = this.#messages, input = this.#input;
    const min1 = this.#min1, min2 = this.#min2, sign = this.#sign;
    const from = entry * this.code.liftingSize + lane, to = index * this.code.liftingSize + lane;
    for (let i = 0; i < count; i++) {
      const value = saturate((posterior[position + i] as number) - (messages[from + i] as number));
      input[to + i] = value;
      sign[lane + i] = (sign[lane + i] as number) ^ value;
      const size = Math.abs(value), smallest = min1[lane + i] as number;
      min2[lane + i] = Math.min(min2[lane + i] as number, Math.max(smallest, size));
      min1[lane + i] = Math.min(smallest, size);
    }
  }

  /** `#min2` becomes the reply to a positive input of the smallest magnitude, `#sign` to others. */
  #correct(): void {
    const min1 = this.#min1, min2 = this.#min2, sign = this.#sign;
    for (let lane = 0; lane < sign.length; lane++) {
      const parity = (sign[lane] as number) < 0 ? -1 : 1;
      min2[lane] = parity * this.#limited(min2[lane] as number);
      sign[lane] = parity * this.#limited(min1[lane] as number);
    }
  }

  #limited(magnitude: number): number {
    return Math.min(this.clip, Math.max(0, magnitude - this.offset));
  }

  #reply(entry: number, index: number, lane: number, position: number, count: number): void {
    const posterior = this.posterior, messages = this.#messages, input = this.#input;
    const min1 = this.#min1, ofSmallest = this.#min2, common = this.#sign;
    const to = entry * this.code.liftingSize + lane, from = index * this.code.liftingSize + lane;
    for (let i = 0; i < count; i++) {
      const value = input[from + i] as number;
      const isSmallest = Math.abs(value) === min1[lane + i];
      const toPositive = (isSmallest ? ofSmallest[lane + i] : common[lane + i]) as number;
      const reply = value < 0 ? -toPositive : toPositive;
      messages[to + i] = reply;
      posterior[position + i] = saturate(value + reply);
    }
  }
}

function saturate(value: number): number {
  return Math.max(-128, Math.min(127, value));
}
