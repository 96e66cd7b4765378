/**
 * Contract of a channel: what happens to symbols between transmitter and receiver.
 *
 * Symbols are complex baseband, re and im interleaved, of unit mean power per image. SNR is Es/N0.
 *
 * @module
 */
import type { OptionsSchema } from "./options.ts";
import type { RandomKey } from "./random.ts";
import type { Decibel } from "./units.ts";

/** What the receiver's antenna gives. */
export interface ChannelOutput {
  /** Received symbols, f32[k, 2] (re, im). */
  readonly symbols: Float32Array;
  /** Complex gains known at the receiver, f32[k, 2]; null means that all are 1. */
  readonly gains: Float32Array | null;
}

/** A channel with its options chosen. */
export interface Channel {
  /** Sends f32[k, 2] of unit mean power at Es/N0 = `snrDb`; the key alone fixes the randomness. */
  transmit(symbols: Float32Array, snrDb: Decibel, key: RandomKey): ChannelOutput;
  /**
   * Bits per channel use of an ideal code. Without gains: what a transmitter that knows only the
   * statistics may count on. With gains: what this realisation really carries.
   */
  capacity(snrDb: Decibel, gains: Float32Array | null): number;
}

/** A channel as the registry knows it. */
export interface ChannelPlugin<O extends object = object> {
  /** Identity: "awgn". */
  readonly id: string;
  /** As in a legend: "AWGN". */
  readonly title: string;
  /** Equation or source. */
  readonly reference: string;
  /** Options that describe themselves; none: {}. */
  readonly options: OptionsSchema<O>;
  /** A channel with these options. */
  create(options: O): Channel;
}
