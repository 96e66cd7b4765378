/**
 * The channels that come with the project. A new one is a file beside these and a line here.
 *
 * @module
 */
import type { ChannelPlugin } from "../core/channel.ts";
import { awgn } from "./awgn.ts";
import { mimo } from "./mimo.ts";
import { noiseless } from "./noiseless.ts";
import { ofdm } from "./ofdm.ts";
import { rayleigh } from "./rayleigh.ts";

export { awgn, mimo, noiseless, ofdm, rayleigh };

/** Every channel, in the order of the help. */
export const channels: readonly ChannelPlugin[] = [awgn, rayleigh, ofdm, mimo, noiseless];
