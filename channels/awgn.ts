/**
 * Additive white Gaussian noise: y = x + n, n ~ CN(0, N0).
 *
 * @module
 */
import type { ChannelPlugin } from "../core/channel.ts";
import { awgnCapacity } from "../core/units.ts";
import { addNoise, checkSnr, checkTransmission } from "./noise.ts";

/** y = x + n. */
export const awgn: ChannelPlugin = {
  id: "awgn",
  title: "AWGN",
  reference: "Shannon, A mathematical theory of communication, 1948",
  options: {},
  create: () => ({
    transmit: (symbols, snrDb, key) => {
      checkTransmission(symbols, snrDb);
      const received = new Float32Array(symbols.length);
      addNoise(symbols, snrDb, key, received);
      return { symbols: received, gains: null };
    },
    capacity: (snrDb) => {
      checkSnr(snrDb);
      return awgnCapacity(snrDb);
    },
  }),
};
