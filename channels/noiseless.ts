/**
 * A channel that changes nothing: what a codec loses by itself.
 *
 * @module
 */
import type { ChannelPlugin } from "../core/channel.ts";
import { checkSnr, checkTransmission } from "./noise.ts";

/** y = x. */
export const noiseless: ChannelPlugin = {
  id: "noiseless",
  title: "Noiseless",
  reference: "y = x",
  options: {},
  create: () => ({
    transmit: (symbols, snrDb) => {
      checkTransmission(symbols, snrDb);
      return { symbols: symbols.slice(), gains: null };
    },
    capacity: (snrDb) => {
      checkSnr(snrDb);
      return Infinity;
    },
  }),
};
