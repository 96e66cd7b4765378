/**
 * Rayleigh fading: y = h x + n, h ~ CN(0, 1), n ~ CN(0, N0). The receiver knows h, the transmitter
 * knows only its statistics. The SNR is the mean over fades, 1 / N0.
 *
 * @module
 */
import type { Channel, ChannelOutput, ChannelPlugin } from "../core/channel.ts";
import type { RandomKey } from "../core/random.ts";
import { awgnCapacity, toDecibel } from "../core/units.ts";
import { rayleighErgodicCapacity } from "./ergodic_capacity.ts";
import { openNormals } from "../wasm/random/mod.ts";
import { multiply } from "./complex.ts";
import { addNoise, checkSnr, checkTransmission } from "./noise.ts";

/** Options of the channel. */
export interface RayleighOptions {
  readonly fading: "block" | "symbol";
}

/** y = h x + n. */
export const rayleigh: ChannelPlugin<RayleighOptions> = {
  id: "rayleigh",
  title: "Rayleigh fading",
  reference: "Tse, Viswanath, Fundamentals of Wireless Communication, 2005, section 5.4",
  options: {
    fading: {
      type: "choice",
      default: "block",
      choices: ["block", "symbol"],
      text: "one gain for each picture, or one for each symbol",
    },
  },
  create: ({ fading }) => fading === "block" ? blockFading : symbolFading,
};

/**
 * One gain a picture. A transmitter that does not know the gain counts on log2(1 + snr); what the
 * picture's fade really carries is log2(1 + |h|^2 snr), so a code at the former fails in
 * 1 - 1/e = 63 % of the fades.
 */
const blockFading: Channel = {
  transmit: (symbols, snrDb, key) => fade(symbols, snrDb, key, 1),
  capacity: (snrDb, gains) => {
    checkSnr(snrDb);
    const [re, im] = gains ?? [];
    if (re === undefined || im === undefined) return awgnCapacity(snrDb);
    return awgnCapacity(snrDb + toDecibel(re * re + im * im));
  },
};

/**
 * One gain a symbol. A code word spans many fades, so an ideal code carries the ergodic capacity,
 * whichever gains came: with and without them the answer is the same.
 */
const symbolFading: Channel = {
  transmit: (symbols, snrDb, key) => fade(symbols, snrDb, key, symbols.length / 2),
  capacity: (snrDb) => {
    checkSnr(snrDb);
    return rayleighErgodicCapacity(snrDb);
  },
};

/** Sends over `fades` different gains: 1, or one for each symbol. */
function fade(
  symbols: Float32Array,
  snrDb: number,
  key: RandomKey,
  fades: number,
): ChannelOutput {
  checkTransmission(symbols, snrDb);
  const gains = drawGains(key, symbols.length, fades);
  const received = multiply(gains, symbols);
  addNoise(received, snrDb, key, received);
  return { symbols: received, gains };
}

/** Gains f32[length / 2, 2]: gain i is normals 2i and 2i + 1 of `key.derive("fading")` / sqrt 2. */
function drawGains(key: RandomKey, length: number, fades: number): Float32Array {
  const gains = new Float32Array(length);
  const drawn = gains.subarray(0, Math.min(2 * fades, length));
  openNormals().fillNormals(key.derive("fading"), drawn);
  for (let i = 0; i < drawn.length; i++) drawn[i] = (drawn[i] as number) * Math.SQRT1_2;
  for (let i = drawn.length; i < length; i++) gains[i] = drawn[i % 2] as number;
  return gains;
}
