/**
 * OFDM over a multipath Rayleigh channel: subcarrier f of OFDM symbol t receives
 *
 *     y = H(f, t) x + n,   H(f, t) = sum over taps of g(t) e^(-2 pi i f delay),   g ~ CN(0, power)
 *
 * which is exact as long as the cyclic prefix is longer than the channel. A picture's symbols fill
 * the subcarriers of one OFDM symbol after another; the taps stay for some OFDM symbols (a slot) and
 * are then drawn anew.
 *
 * The receiver knows H, or estimates it by least squares from a pilot symbol in front of every slot:
 * H + e, e ~ CN(0, N0). Cyclic prefix and pilots are not channel uses of the picture and are not
 * counted in its CBR.
 *
 * @module
 */
import type { Channel, ChannelPlugin } from "../core/channel.ts";
import type { RandomKey } from "../core/random.ts";
import { fromDecibel, noiseVariance, toDecibel } from "../core/units.ts";
import { openNormals } from "../wasm/random/mod.ts";
import { multiply } from "./complex.ts";
import { rayleighErgodicCapacity } from "./ergodic_capacity.ts";
import { addNoise, checkSnr, checkTransmission } from "./noise.ts";
import {
  type DelayProfile,
  delayProfile,
  type ProfileName,
  PROFILES,
} from "./power_delay_profiles.ts";

/** Options of the channel. */
export interface OfdmOptions {
  readonly profile: string;
  readonly delaySpread: number;
  readonly subcarriers: number;
  readonly spacing: number;
  readonly slot: number;
  readonly knowledge: string;
}

/** y = H x + n on every subcarrier. */
export const ofdm: ChannelPlugin<OfdmOptions> = {
  id: "ofdm",
  title: "OFDM, multipath",
  reference: "3GPP TR 38.901, 7.7.2; Tse, Viswanath, Fundamentals of Wireless Communication, 3.4.4",
  options: {
    profile: {
      type: "choice",
      default: "tdl-a",
      choices: PROFILES,
      text: "power delay profile",
    },
    delaySpread: {
      type: "number",
      default: 300,
      min: 0,
      max: 10_000,
      unit: "ns",
      text: "RMS delay spread",
    },
    subcarriers: { type: "integer", default: 1024, min: 1, max: 8192, text: "a symbol each" },
    spacing: {
      type: "number",
      default: 15,
      min: 0.1,
      max: 1000,
      unit: "kHz",
      text: "between subcarriers",
    },
    slot: {
      type: "integer",
      default: 14,
      min: 1,
      max: 1_000_000,
      text: "OFDM symbols over which the channel stays as it is",
    },
    knowledge: {
      type: "choice",
      default: "perfect",
      choices: ["perfect", "pilots"],
      text: "what the receiver knows of the channel; pilots: least squares, from one symbol a slot",
    },
  },
  create: (options) => new Ofdm(options),
};

class Ofdm implements Channel {
  readonly #subcarriers: number;
  readonly #slot: number;
  readonly #pilots: boolean;
  readonly #profile: DelayProfile;
  /** e^(-2 pi i f delay) by tap and subcarrier, re and im interleaved; made when first needed. */
  #rotations?: Float64Array;
  readonly #spacing: number;

  constructor(options: OfdmOptions) {
    const spacing = 1e3 * options.spacing;
    const samplePeriod = 1 / (options.subcarriers * spacing);
    this.#spacing = spacing;
    this.#subcarriers = options.subcarriers;
    this.#slot = options.slot;
    this.#pilots = options.knowledge === "pilots";
    this.#profile = delayProfile(
      options.profile as ProfileName,
      1e-9 * options.delaySpread,
      samplePeriod,
    );
  }

  transmit(symbols: Float32Array, snrDb: number, key: RandomKey): ReturnType<Channel["transmit"]> {
    checkTransmission(symbols, snrDb);
    const gains = this.#gains(symbols.length, key.derive("fading"));
    const received = multiply(gains, symbols);
    addNoise(received, snrDb, key, received);
    return { symbols: received, gains: this.#pilots ? this.#estimate(gains, snrDb, key) : gains };
  }

  /**
   * With perfect knowledge log2(1 + |H|^2 snr), on average over what came or over Rayleigh fading
   * (a transmitter that knows only the statistics). With pilots the receiver's own error is noise:
   * the estimate H + e holds H / (1 + N0) and an error of variance N0 / (1 + N0). Source: Hassibi,
   * Hochwald, "How much training is needed in multiple-antenna wireless links?", 2003, (18).
   */
  capacity(snrDb: number, gains: Float32Array | null): number {
    checkSnr(snrDb);
    const n0 = noiseVariance(snrDb);
    const meanPower = this.#pilots ? 1 + n0 : 1;
    const penalty = this.#pilots ? 1 / ((1 + n0) * (2 + n0)) : 1;
    if (!gains || gains.length === 0) {
      return rayleighErgodicCapacity(snrDb + toDecibel(penalty * meanPower));
    }
    const snr = penalty * fromDecibel(snrDb);
    let sum = 0;
    for (let at = 0; at < gains.length; at += 2) {
      const re = gains[at] as number, im = gains[at + 1] as number;
      sum += Math.log1p(snr * (re * re + im * im)) / Math.LN2;
    }
    return 2 * sum / gains.length;
  }

  /** H of every symbol, f32[length / 2, 2]. */
  #gains(length: number, key: RandomKey): Float32Array {
    const gains = new Float32Array(length);
    const perSlot = 2 * this.#subcarriers * this.#slot;
    for (let from = 0, slot = 0; from < length; from += perSlot, slot++) {
      const response = this.#response(key.derive(slot));
      for (let at = from; at < Math.min(from + perSlot, length); at++) {
        gains[at] = response[(at - from) % response.length] as number;
      }
    }
    return gains;
  }

  /** H of every subcarrier in a slot. */
  #response(key: RandomKey): Float64Array {
    const { powers } = this.#profile;
    const rotations = this.#rotations ??= this.#rotate();
    const taps = new Float32Array(2 * powers.length);
    openNormals().fillNormals(key, taps);
    const response = new Float64Array(2 * this.#subcarriers);
    for (const [tap, power] of powers.entries()) {
      const scale = Math.sqrt(power / 2);
      const gRe = scale * (taps[2 * tap] as number), gIm = scale * (taps[2 * tap + 1] as number);
      const first = tap * response.length;
      for (let at = 0; at < response.length; at += 2) {
        const re = rotations[first + at] as number, im = rotations[first + at + 1] as number;
        response[at] = (response[at] as number) + gRe * re - gIm * im;
        response[at + 1] = (response[at + 1] as number) + gRe * im + gIm * re;
      }
    }
    return response;
  }

  #rotate(): Float64Array {
    const { delays } = this.#profile;
    const rotations = new Float64Array(2 * this.#subcarriers * delays.length);
    let at = 0;
    for (const delay of delays) {
      for (let f = 0; f < this.#subcarriers; f++) {
        const turns = -f * this.#spacing * delay;
        rotations[at++] = Math.cos(2 * Math.PI * turns);
        rotations[at++] = Math.sin(2 * Math.PI * turns);
      }
    }
    return rotations;
  }

  /** Least squares from one pilot of unit power on every subcarrier of every slot. */
  #estimate(gains: Float32Array, snrDb: number, key: RandomKey): Float32Array {
    const estimates = new Float32Array(gains.length);
    const perSymbol = 2 * this.#subcarriers, perSlot = perSymbol * this.#slot;
    for (let from = 0, slot = 0; from < gains.length; from += perSlot, slot++) {
      const pilot = gains.slice(from, from + perSymbol);
      addNoise(pilot, snrDb, key.derive("pilots", slot), pilot);
      for (let at = from; at < Math.min(from + perSlot, gains.length); at++) {
        estimates[at] = pilot[(at - from) % perSymbol] as number;
      }
    }
    return estimates;
  }
}
