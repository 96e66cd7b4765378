/**
 * The compiled kernel: encoding and decoding in its own memory, which never grows.
 *
 * @module
 */
import { BoundedCache } from "../bounded_cache.ts";
import { type Engine, FILLER_LLR, type SentBlock } from "../decoder/engine.ts";
import { type DecodedWord, offsetSteps } from "../decoder/int8_min_sum.ts";
import type { DecoderSettings } from "../decoder/options.ts";
import type { QuasiCyclicCode } from "../qc/quasi_cyclic.ts";
import { requireBits, requireFinite } from "../validate.ts";
import { type KernelFunctions, KernelMemory, type KernelModule, WINDOW } from "./memory.ts";
import { type DecoderProgram, decoderProgram, encoderProgram } from "./programs.ts";

/** Programs kept: a link uses two or three, a sweep a few dozen. */
const KEPT_PROGRAMS = 32;

/** One instance of the kernel; not to be shared between threads. */
export class Kernel implements Engine {
  readonly name = "wasm-simd";
  readonly functions: KernelFunctions;
  readonly memory: KernelMemory;
  readonly #decoderPrograms = new BoundedCache<QuasiCyclicCode, DecoderProgram>(KEPT_PROGRAMS);
  readonly #encoderPrograms = new BoundedCache<QuasiCyclicCode, Int32Array>(KEPT_PROGRAMS);
  #decoding: DecoderProgram | undefined;
  #encoding: Int32Array | undefined;
  #selection: Uint16Array | undefined;
  #selectionStart = 0;

  constructor(module: KernelModule) {
    this.functions = module.functions;
    this.memory = new KernelMemory(module);
  }

  encode(block: SentBlock, message: Uint8Array): Uint8Array {
    this.memory.message.fill(0).set(message);
    if (!this.encodeMessage(block.code)) requireBits("bits", message);
    const bits = new Uint8Array(block.sent.length);
    for (let start = 0; start < bits.length; start += WINDOW) {
      const count = Math.min(WINDOW, bits.length - start);
      const first = this.select(block.sent, start, count);
      this.functions.ldpc_select(first, count);
      bits.set(this.memory.sent.subarray(0, count), start);
    }
    return bits;
  }

  decode(block: SentBlock, llrs: Float32Array, settings: DecoderSettings): DecodedWord {
    this.clearSoft(block.code);
    for (let start = 0; start < llrs.length; start += WINDOW) {
      const count = Math.min(WINDOW, llrs.length - start);
      const first = this.select(block.sent, start, count);
      this.memory.llrs.set(llrs.subarray(start, start + count));
      this.functions.ldpc_accumulate(first, count);
    }
    this.fillFillers(block);
    const finite = this.decodeSoft(block.code, settings);
    if (finite === undefined) requireFinite("llrs", llrs);
    return this.#result(block.code, finite as number);
  }

  decodeWord(code: QuasiCyclicCode, word: Float32Array, settings: DecoderSettings): DecodedWord {
    this.memory.soft.set(word);
    const outcome = this.decodeSoft(code, settings);
    if (outcome === undefined) requireFinite("llrs", word);
    return this.#result(code, outcome as number);
  }

  /** Encodes `memory.message` to `memory.word`; false when a bit is above 1. */
  encodeMessage(code: QuasiCyclicCode): boolean {
    const program = this.#encoderPrograms.get(code, () => encoderProgram(code, this.memory));
    if (program !== this.#encoding) {
      this.memory.steps.set(program);
      this.#encoding = program;
    }
    const { liftingSize, columns, systematicColumns } = code;
    return this.functions.ldpc_encode(liftingSize, columns, systematicColumns) === 1;
  }

  /** Brings a window of a selection into `memory.sentFrom`; returns where in it the window starts. */
  select(sent: Uint16Array, start: number, count: number): number {
    const from = this.#selectionStart;
    if (sent !== this.#selection || start < from || start + count > from + WINDOW) {
      this.memory.sentFrom.set(sent.subarray(start, start + WINDOW));
      this.#selection = sent;
      this.#selectionStart = start;
    }
    return start - this.#selectionStart;
  }

  /** Sets all of `memory.soft` that a code uses to 0. */
  clearSoft(code: QuasiCyclicCode): void {
    this.functions.ldpc_fill_soft(0, code.columns * code.liftingSize, 0);
  }

  /** Sets the fillers of a block in `memory.soft`. */
  fillFillers({ code, k }: SentBlock): void {
    const fillers = code.systematicColumns * code.liftingSize - k;
    this.functions.ldpc_fill_soft(k, fillers, FILLER_LLR);
  }

  /**
   * Decodes `memory.soft` to `memory.decided`.
   *
   * @returns Iterations, plus 65536 when converged; undefined when an LLR was not finite.
   */
  decodeSoft(code: QuasiCyclicCode, settings: DecoderSettings): number | undefined {
    const { liftingSize, columns, systematicColumns } = code;
    if (!this.functions.ldpc_quantise(columns * liftingSize, settings.scale)) return undefined;
    const program = this.#useDecoder(code);
    return this.functions.ldpc_decode(
      liftingSize,
      columns,
      systematicColumns,
      program.messageBytes,
      settings.iterations,
      settings.earlyStop ? 1 : 0,
      offsetSteps(settings),
      settings.clip,
    );
  }

  #useDecoder(code: QuasiCyclicCode): DecoderProgram {
    const program = this.#decoderPrograms.get(code, () => decoderProgram(code, this.memory));
    if (program !== this.#decoding) {
      const { memory } = this;
      memory.oddProgram.set(program.odd);
      memory.evenProgram.set(program.even);
      memory.checksAfterOdd.set(program.checksAfterOdd);
      memory.checksAfterEven.set(program.checksAfterEven);
      memory.resultsAfterOdd.set(program.resultsAfterOdd);
      memory.resultsAfterEven.set(program.resultsAfterEven);
      memory.rotations.set(program.rotations);
      this.#decoding = program;
    }
    return program;
  }

  #result(code: QuasiCyclicCode, outcome: number): DecodedWord {
    return {
      bits: this.memory.decided.slice(0, code.systematicColumns * code.liftingSize),
      converged: outcome >> 16 === 1,
      iterations: outcome & 0xffff,
    };
  }
}
