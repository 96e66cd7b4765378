/**
 * The kernel's memory as JavaScript sees it: one view per part of the arena of arena.h.
 *
 * @module
 */

/** Functions that the kernel exports; units and effects are described beside them in C. */
export interface KernelFunctions {
  ldpc_address_base(): number;
  ldpc_offset(part: number): number;
  ldpc_decode(
    lifting: number,
    columns: number,
    systematic: number,
    messageBytes: number,
    iterations: number,
    earlyStop: number,
    offset: number,
    clip: number,
  ): number;
  ldpc_quantise(count: number, scale: number): number;
  ldpc_encode(lifting: number, columns: number, systematic: number): number;
  ldpc_random_message(
    k0: number,
    k1: number,
    c1: number,
    c2: number,
    c3: number,
    bits: number,
  ): void;
  ldpc_select(first: number, count: number): void;
  ldpc_accumulate(first: number, count: number): void;
  ldpc_fill_soft(first: number, count: number, value: number): void;
  ldpc_modulate(count: number, bitsPerSymbol: number): void;
  ldpc_noise_open(k0: number, k1: number, c1: number, c2: number, c3: number): void;
  ldpc_add_noise(first: number, count: number, deviation: number): void;
  ldpc_demap(count: number, bitsPerSymbol: number, toIntegers: number, toLlr: number): void;
  ldpc_channel_errors(count: number): number;
  ldpc_message_errors(bits: number): number;
}

/** A loaded kernel: its functions, and where its arena lies. */
export interface KernelModule {
  readonly functions: KernelFunctions;
  readonly buffer: ArrayBuffer;
  /** Byte offset of the arena in `buffer`. */
  readonly arena: number;
}

/** Lanes of one step of the decoder, STEP of arena.h. */
export const STEP = 32;

/** Sent bits at a time between JavaScript and the kernel, WINDOW of arena.h. */
export const WINDOW = 32768;

/** Sent bits at a time inside a simulated link, LINK_WINDOW of arena.h. */
export const LINK_WINDOW = 3840;

/** Parts of the arena in the order of `ldpc_offset`. */
const PARTS = [
  "columns",
  "messages",
  "channel",
  "soft",
  "oddProgram",
  "evenProgram",
  "checksAfterEven",
  "checksAfterOdd",
  "rotations",
  "resultsAfterEven",
  "resultsAfterOdd",
  "turning",
  "steps",
  "message",
  "word",
  "decided",
  "sentFrom",
  "sent",
  "llrs",
  "symbols",
  "levels",
] as const;

type Part = typeof PARTS[number];

/** Views of the arena, and the addresses that programs use. */
export class KernelMemory {
  readonly soft: Float32Array;
  readonly llrs: Float32Array;
  readonly symbols: Float32Array;
  readonly levels: Float32Array;
  readonly message: Uint8Array;
  readonly word: Uint8Array;
  readonly sent: Uint8Array;
  readonly decided: Uint8Array;
  readonly sentFrom: Uint16Array;
  readonly oddProgram: Int32Array;
  readonly evenProgram: Int32Array;
  readonly checksAfterOdd: Int32Array;
  readonly checksAfterEven: Int32Array;
  readonly resultsAfterOdd: Int32Array;
  readonly resultsAfterEven: Int32Array;
  readonly rotations: Int32Array;
  readonly steps: Int32Array;
  /** Bytes of the whole arena. */
  readonly size: number;
  readonly #offsets: readonly number[];
  readonly #addressBase: number;

  constructor({ functions, buffer, arena }: KernelModule) {
    this.#offsets = [...PARTS.keys(), PARTS.length].map((part) => functions.ldpc_offset(part));
    this.#addressBase = functions.ldpc_address_base();
    this.size = this.#offsets[PARTS.length] as number;
    const view = <T>(
      kind: new (buffer: ArrayBuffer, offset: number, length: number) => T,
      part: Part,
      width: number,
    ): T => new kind(buffer, arena + this.#offset(part), this.#bytes(part) / width);
    this.soft = view(Float32Array, "soft", 4);
    this.llrs = view(Float32Array, "llrs", 4);
    this.symbols = view(Float32Array, "symbols", 4);
    this.levels = view(Float32Array, "levels", 4);
    this.message = view(Uint8Array, "message", 1);
    this.word = view(Uint8Array, "word", 1);
    this.sent = view(Uint8Array, "sent", 1);
    this.decided = view(Uint8Array, "decided", 1);
    this.sentFrom = view(Uint16Array, "sentFrom", 2);
    this.oddProgram = view(Int32Array, "oddProgram", 4);
    this.evenProgram = view(Int32Array, "evenProgram", 4);
    this.checksAfterOdd = view(Int32Array, "checksAfterOdd", 4);
    this.checksAfterEven = view(Int32Array, "checksAfterEven", 4);
    this.resultsAfterOdd = view(Int32Array, "resultsAfterOdd", 4);
    this.resultsAfterEven = view(Int32Array, "resultsAfterEven", 4);
    this.rotations = view(Int32Array, "rotations", 4);
    this.steps = view(Int32Array, "steps", 4);
  }

  /** Where the decoder's columns start, as programs name it. */
  get columnsAddress(): number {
    return this.#addressBase + this.#offset("columns");
  }

  /** Where the encoder's columns start, as programs name it. */
  get turningAddress(): number {
    return this.#addressBase + this.#offset("turning");
  }

  #offset(part: Part): number {
    return this.#offsets[PARTS.indexOf(part)] as number;
  }

  /** Bytes up to the next part; a part may end in padding. */
  #bytes(part: Part): number {
    const next = this.#offsets[PARTS.indexOf(part) + 1] as number;
    return (next - this.#offset(part)) & ~3;
  }
}
