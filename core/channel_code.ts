/**
 * Contract of a channel code with its modulation: the other half of a separate-coding chain.
 *
 * @module
 */
import type { Host, Reception, Session, Transmission } from "./codec.ts";
import type { OptionsSchema } from "./options.ts";
import type { RandomKey } from "./random.ts";

/** What a receiver makes of a block of symbols. */
export interface ReceivedMessage {
  /** The message, or null when the receiver knows that it failed. */
  readonly message: Uint8Array | null;
  /** What the decoder holds although its check failed; for those who want to look at it. */
  readonly damaged?: Uint8Array;
  /** Numbers worth keeping with the result: iterations, blocks lost. */
  readonly details?: Readonly<Record<string, number>>;
}

/** A channel code and modulation chosen for one session. */
export interface ChannelCode {
  /** Changes whenever results may. */
  readonly version: string;
  /** Conditions that no result may hide. */
  readonly notes?: readonly string[];
  /** The most message bytes that fit into a number of channel uses; less than 0: nothing fits. */
  capacityBytes(channelUses: number): number;
  /** Symbols for a message, at most `channelUses` of them, of unit mean power. */
  transmit(
    message: Uint8Array,
    channelUses: number,
    key: RandomKey,
  ): Pick<Transmission, "symbols" | "ideal">;
  /** The message of a reception; `channelUses` is the budget the sender had. */
  receive(received: Reception, channelUses: number): Promise<ReceivedMessage>;
  /** Frees what the code holds. */
  dispose?(): void;
}

/** A family of channel codes: what a chain `<source coder>-<id>` is made of. */
export interface ChannelCodePlugin<O extends object = object> {
  /** "capacity", "ldpc": the second half of the chain's id. */
  readonly id: string;
  /** Second half of the chain's title: "LDPC". */
  readonly title: string;
  /** Paper or standard. */
  readonly reference: string;
  /** Options that describe themselves. */
  readonly options: OptionsSchema<O>;
  /** As `variants` of a codec. */
  variants?(options: O): readonly O[];
  /** The code for one session. */
  create(session: Session, options: O, host: Host): Promise<ChannelCode>;
}
