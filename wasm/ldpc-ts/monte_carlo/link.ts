/**
 * A simulated link: random message, encoder, modulation, white Gaussian noise, demapping, decoder,
 * count of errors; block after block, all inside the kernel's memory.
 *
 * Block number f of seed s takes its message from the Philox key s and the counter words (f, 0), its
 * noise from (f, 1): the same block at every SNR, in any batch and any worker.
 *
 * @module
 */
import { decodeFloat } from "../decoder/float_decoder.ts";
import { type DecodeOptions, type DecoderSettings, decoderSettings } from "../decoder/options.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { LINK_WINDOW } from "../kernel/memory.ts";
import {
  type BitsPerSymbol,
  integerPower,
  requireModulation,
} from "../modulation/constellation.ts";
import { demap } from "../modulation/demap.ts";
import { scaledLevels } from "../modulation/modulate.ts";
import type { LdpcCode } from "../qc/block_code.ts";
import { requireInteger } from "../validate.ts";
import { type CodeName, namedCode } from "./code_name.ts";

/** What is simulated; plain data, so that it can be sent to a worker. */
export interface LinkOptions {
  readonly code: CodeName;
  readonly bitsPerSymbol: BitsPerSymbol;
  /** Default `max-log`. */
  readonly demapper?: "max-log" | "exact";
  readonly decoder?: DecodeOptions;
  /** 0 to 2^53 - 1. */
  readonly seed: number;
}

/** Counts over some blocks; tallies of disjoint blocks add up. */
export interface Tally {
  readonly blocks: number;
  readonly blockErrors: number;
  readonly bitErrors: number;
  /** Sum of the squares of the bit errors of each block: what the interval of the BER needs. */
  readonly squaredBitErrors: number;
  /** Blocks with errors that converged. */
  readonly undetected: number;
  readonly iterations: number;
  /** Wrong signs among the LLRs of the sent bits: errors without a code. */
  readonly channelBitErrors: number;
}

/** A tally of nothing. */
export const EMPTY_TALLY: Tally = {
  blocks: 0,
  blockErrors: 0,
  bitErrors: 0,
  squaredBitErrors: 0,
  undetected: 0,
  iterations: 0,
  channelBitErrors: 0,
};

/** Adds two tallies. */
export function addTallies(a: Tally, b: Tally): Tally {
  return {
    blocks: a.blocks + b.blocks,
    blockErrors: a.blockErrors + b.blockErrors,
    bitErrors: a.bitErrors + b.bitErrors,
    squaredBitErrors: a.squaredBitErrors + b.squaredBitErrors,
    undetected: a.undetected + b.undetected,
    iterations: a.iterations + b.iterations,
    channelBitErrors: a.channelBitErrors + b.channelBitErrors,
  };
}

/** Runs blocks of one link. */
export class SimulatedLink {
  readonly code: LdpcCode;
  readonly #settings: DecoderSettings;
  readonly #levels: Float32Array;
  readonly #power: number;
  readonly #seed: readonly [number, number];

  /** @throws {RangeError} When code and modulation do not fit or an option is out of range. */
  constructor(private readonly kernel: Kernel, private readonly options: LinkOptions) {
    const { bitsPerSymbol, seed } = options;
    requireModulation(bitsPerSymbol);
    requireInteger("seed", seed, 0, Number.MAX_SAFE_INTEGER);
    this.code = namedCode(options.code, bitsPerSymbol);
    if (this.code.n % bitsPerSymbol !== 0) {
      throw new RangeError(
        `code ${options.code}: a multiple of ${bitsPerSymbol} sent bits; got ${this.code.n}`,
      );
    }
    this.#settings = decoderSettings(options.decoder);
    this.#levels = scaledLevels(bitsPerSymbol);
    this.#power = integerPower(bitsPerSymbol);
    this.#seed = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  }

  /** Information bits per complex symbol, R Qm. */
  get spectralEfficiency(): number {
    return this.code.k / this.code.n * this.options.bitsPerSymbol;
  }

  /**
   * Simulates the blocks first, first + 1, ...
   *
   * @param noiseVariance N0 per complex symbol of unit mean power.
   */
  run(first: number, count: number, noiseVariance: number): Tally {
    this.kernel.memory.levels.set(this.#levels);
    let tally = EMPTY_TALLY;
    for (let block = first; block < first + count; block++) {
      tally = addTallies(tally, this.#block(block, noiseVariance));
    }
    return tally;
  }

  #block(index: number, noiseVariance: number): Tally {
    const { kernel, code } = this;
    const [k0, k1] = this.#seed;
    kernel.functions.ldpc_random_message(k0, k1, 0, index, 0, code.k);
    kernel.encodeMessage(code.code);
    kernel.clearSoft(code.code);
    kernel.functions.ldpc_noise_open(k0, k1, 0, index, 1);
    let channelBitErrors = 0;
    for (let start = 0; start < code.n; start += LINK_WINDOW) {
      const count = Math.min(LINK_WINDOW, code.n - start);
      channelBitErrors += this.#transmit(start, count, noiseVariance);
    }
    kernel.fillFillers(code);
    const outcome = this.#decode();
    const bitErrors = kernel.functions.ldpc_message_errors(code.k);
    return {
      blocks: 1,
      blockErrors: bitErrors > 0 ? 1 : 0,
      bitErrors,
      squaredBitErrors: bitErrors * bitErrors,
      undetected: bitErrors > 0 && outcome.converged ? 1 : 0,
      iterations: outcome.iterations,
      channelBitErrors,
    };
  }

  /** Sends some bits of the codeword and adds their LLRs to the soft word; returns channel errors. */
  #transmit(start: number, count: number, noiseVariance: number): number {
    const { kernel: { functions, memory }, options: { bitsPerSymbol, demapper } } = this;
    const first = this.kernel.select(this.code.sent, start, count);
    const floats = 2 * count / bitsPerSymbol;
    functions.ldpc_select(first, count);
    functions.ldpc_modulate(count, bitsPerSymbol);
    // A window starts at a multiple of 16 normals, whatever the modulation.
    const deviation = Math.fround(Math.sqrt(noiseVariance / 2));
    functions.ldpc_add_noise(2 * start / bitsPerSymbol, floats, deviation);
    if (demapper === "exact") {
      const symbols = memory.symbols.slice(0, floats);
      memory.llrs.set(demap(symbols, { bitsPerSymbol, noiseVariance, method: "exact" }));
    } else {
      const toIntegers = Math.sqrt(this.#power);
      functions.ldpc_demap(count, bitsPerSymbol, toIntegers, 1 / (this.#power * noiseVariance));
    }
    functions.ldpc_accumulate(first, count);
    return functions.ldpc_channel_errors(count);
  }

  #decode(): { converged: boolean; iterations: number } {
    const { code } = this.code;
    if (this.#settings.algorithm === "int8-offset-min-sum") {
      const outcome = this.kernel.decodeSoft(code, this.#settings) as number;
      return { converged: outcome >> 16 === 1, iterations: outcome & 0xffff };
    }
    const word = this.kernel.memory.soft.slice(0, code.columns * code.liftingSize);
    const decoded = decodeFloat(code, word, this.#settings);
    this.kernel.memory.decided.set(decoded.bits);
    return decoded;
  }
}
