/**
 * The addresses that the kernel works through for a code: see decoder.c and encoder.c.
 *
 * @module
 */
import { encodingSteps } from "../qc/encoder.ts";
import type { QuasiCyclicCode } from "../qc/quasi_cyclic.ts";
import { type KernelMemory, STEP } from "./memory.ts";

/** What the decoder needs of a code. "Odd" is for iterations 1, 3, ..; "even" for 2, 4, .. */
export interface DecoderProgram {
  readonly odd: Int32Array;
  readonly even: Int32Array;
  readonly checksAfterOdd: Int32Array;
  readonly checksAfterEven: Int32Array;
  readonly resultsAfterOdd: Int32Array;
  readonly resultsAfterEven: Int32Array;
  /** Per column: the rotation that the last row of an iteration leaves. */
  readonly rotations: Int32Array;
  /** Bytes of all messages. */
  readonly messageBytes: number;
}

/** Compiles a code for the decoder. */
export function decoderProgram(
  code: QuasiCyclicCode,
  memory: Pick<KernelMemory, "columnsAddress">,
): DecoderProgram {
  const state = new ColumnState(code, memory.columnsAddress);
  const rotations = state.rotations();
  const odd = state.iteration();
  const checksAfterOdd = state.checks();
  const resultsAfterOdd = state.results();
  const even = state.iteration();
  const lanes = Math.ceil(code.liftingSize / STEP) * STEP;
  return {
    odd,
    even,
    checksAfterOdd,
    resultsAfterOdd,
    checksAfterEven: state.checks(),
    resultsAfterEven: state.results(),
    rotations,
    messageBytes: (code.rowStart[code.rows] as number) * lanes,
  };
}

/** Follows the columns of the decoder through its layers: which copy is current, how it is turned. */
class ColumnState {
  readonly #rotation: Int32Array;
  readonly #copy: Int32Array;
  readonly #stride: number;
  readonly #lanes: number;

  constructor(private readonly code: QuasiCyclicCode, private readonly base: number) {
    this.#lanes = Math.ceil(code.liftingSize / STEP) * STEP;
    this.#stride = this.#lanes + STEP;
    this.#copy = new Int32Array(code.columns);
    this.#rotation = new Int32Array(code.columns);
    // An iteration ends with each column as its last row wrote it; it starts like that, too.
    for (let row = 0; row < code.rows; row++) {
      for (const { column, shift } of this.#kept(row)) this.#rotation[column] = shift;
    }
  }

  rotations(): Int32Array {
    return Int32Array.from(this.#rotation);
  }

  /** The program of one iteration; afterwards the state is that of its end. */
  iteration(): Int32Array {
    const program: number[] = [];
    for (let row = 0; row < this.code.rows; row++) {
      const all = this.#entries(row);
      const kept = this.#kept(row);
      program.push(all.length, kept.length);
      for (const { column } of kept) program.push(this.#address(column, 1));
      for (let lane = 0; lane < this.#lanes; lane += STEP) {
        for (const [index, { column, shift }] of all.entries()) {
          const at = index < kept.length ? this.#turned(column, lane + shift) : lane;
          program.push(this.#address(column, 0) + at);
        }
      }
      for (const { column, shift } of kept) {
        this.#copy[column] = 1 - (this.#copy[column] as number);
        this.#rotation[column] = shift;
      }
    }
    program.push(0);
    return Int32Array.from(program);
  }

  /** Core rows, step by step: degree, then the sources. */
  checks(): Int32Array {
    const list: number[] = [];
    for (let row = 0; row < this.code.coreRows; row++) {
      const entries = this.#entries(row);
      for (let lane = 0; lane < this.#lanes; lane += STEP) {
        list.push(entries.length);
        for (const { column, shift } of entries) {
          list.push(this.#address(column, 0) + this.#turned(column, lane + shift));
        }
      }
    }
    list.push(0);
    return Int32Array.from(list);
  }

  /** Systematic columns: address, and the turn that undoes the rotation. */
  results(): Int32Array {
    return Int32Array.from(
      Array.from({ length: this.code.systematicColumns }, (_, column) => [
        this.#address(column, 0),
        this.#turned(column, 0),
      ]).flat(),
    );
  }

  /** Where lane 0 of something turned by `shift` lies in a column as it is turned now. */
  #turned(column: number, shift: number): number {
    const size = this.code.liftingSize;
    return (shift - (this.#rotation[column] as number) + size) % size;
  }

  #address(column: number, other: 0 | 1): number {
    const copy = (this.#copy[column] as number) ^ other;
    return this.base + (copy * this.code.columns + column) * this.#stride;
  }

  #entries(row: number): { column: number; shift: number }[] {
    const { rowStart, column, shift } = this.code;
    const first = rowStart[row] as number;
    return Array.from({ length: (rowStart[row + 1] as number) - first }, (_, i) => ({
      column: column[first + i] as number,
      shift: shift[first + i] as number,
    }));
  }

  /** Entries with messages: all but the column of degree one of an extension row. */
  #kept(row: number): { column: number; shift: number }[] {
    const entries = this.#entries(row);
    return row < this.code.coreRows ? entries : entries.slice(0, -1);
  }
}

/** Compiles a code for the encoder. */
export function encoderProgram(
  code: QuasiCyclicCode,
  memory: Pick<KernelMemory, "turningAddress">,
): Int32Array {
  const stride = 2 * code.liftingSize + STEP;
  const address = (column: number): number => memory.turningAddress + column * stride;
  const program = encodingSteps(code).flatMap(({ column, terms }) => [
    address(column),
    terms.length,
    ...terms.map((term) => address(term.column) + term.shift),
  ]);
  return Int32Array.from([...program, 0]);
}
