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
import { checksHold, type QuasiCyclicCode } from "../qc/quasi_cyclic.ts";
import type { DecoderSettings } from "./options.ts";
import { isDecided } from "./stop_rule.ts";

/** What a decoder kernel returns: hard decisions of the systematic columns. */
export interface DecodedWord {
  /** u8[kb * Z] */
  readonly bits: Uint8Array;
  readonly converged: boolean;
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
  const messages = new Int8Array((code.rowStart[code.rows] as number) * code.liftingSize);
  const offset = offsetSteps(settings);
  const core = code.columns - (code.rows - code.coreRows); // columns of degree above one
  const hard = new Uint8Array(core * code.liftingSize);
  for (let iteration = 1;; iteration++) {
    for (let row = 0; row < code.rows; row++) {
      updateRow(code, row, posterior, messages, offset, settings.clip);
    }
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

function updateRow(
  code: QuasiCyclicCode,
  row: number,
  posterior: Int8Array,
  messages: Int8Array,
  offset: number,
  clip: number,
): void {
  const size = code.liftingSize;
  const first = code.rowStart[row] as number;
  const degree = (code.rowStart[row + 1] as number) - first;
  const kept = row < code.coreRows ? degree : degree - 1; // entries that have messages
  const at = new Int32Array(degree);
  const input = new Int32Array(degree);
  for (let lane = 0; lane < size; lane++) {
    let min1 = 127, min2 = 127, sign = 0;
    for (let e = 0; e < degree; e++) {
      const turned = lane + (code.shift[first + e] as number);
      const position = (code.column[first + e] as number) * size +
        (turned < size ? turned : turned - size);
      const before = posterior[position] as number;
      const value = e < kept
        ? saturate(before - (messages[(first + e) * size + lane] as number))
        : before;
      at[e] = position;
      input[e] = value;
      sign ^= value;
      const magnitude = value < 0 ? -value : value;
      if (magnitude < min1) {
        min2 = min1;
        min1 = magnitude;
      } else if (magnitude < min2) min2 = magnitude;
    }
    const reply1 = Math.min(clip, Math.max(0, min1 - offset));
    const reply2 = Math.min(clip, Math.max(0, min2 - offset));
    for (let e = 0; e < kept; e++) {
      const value = input[e] as number;
      const magnitude = (value < 0 ? -value : value) === min1 ? reply2 : reply1;
      const reply = (sign ^ value) < 0 ? -magnitude : magnitude;
      messages[(first + e) * size + lane] = reply;
      posterior[at[e] as number] = saturate(value + reply);
    }
  }
}

function saturate(value: number): number {
  return value > 127 ? 127 : value < -128 ? -128 : value;
}
