/**
 * The channels that come with the project. A new one is a file beside these and a line here.
 *
 * @module
 */
import type { ChannelPlugin } from "../core/channel.ts";
import { awgn } from "./awgn.ts";
import { noiseless } from "./noiseless.ts";
import { rayleigh } from "./rayleigh.ts";

export { awgn, noiseless, rayleigh };

/** Every channel, in the order of the help. */
export const channels: readonly ChannelPlugin[] = [awgn, rayleigh, noiseless];
