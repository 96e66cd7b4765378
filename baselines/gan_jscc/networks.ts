/**
 * The networks by name: encoder and generator, and the discriminator that judges them in training.
 *
 * @module
 */
import type { CheckpointManifest } from "../../core/tensor/checkpoint/manifest.ts";
import { FormatError, OptionError } from "../../core/errors.ts";
import { compact, type StageModule } from "../../core/tensor/jscc/compact.ts";
import type { Network } from "../../core/tensor/jscc/network.ts";
import { type Declarations, under } from "../../core/tensor/nn/parameters.ts";
import { parseRatio } from "../../core/units.ts";
import { discriminatorParameters, FILTERS, type Filters } from "./discriminator.ts";
import { encode, encoderParameters } from "./encoder.ts";
import { generate, generatorParameters } from "./generator.ts";
import {
  hificEncode,
  hificEncoderParameters,
  hificGenerate,
  hificGeneratorParameters,
} from "./hific.ts";
import { type PresetName, PRESETS } from "./options.ts";
import { neutralAttentionParameters, snrAttention } from "./snr_attention.ts";

/** Channels N as published. */
export const WIDTH = 256, HIFIC_WIDTH = 60;

/** What gives a network its shape; what a preset does not have is not looked at. */
export interface NetworkShape {
  readonly latent: number;
  /** Of `paper` and `hific`. */
  readonly width?: number;
  /** Of `compact`. */
  readonly widths?: readonly [number, number, number];
  readonly encoderBlocks?: readonly [number, number, number];
  readonly decoderBlocks?: readonly [number, number, number];
}

/** Encoder and generator, with the names of their parts. */
export interface GanNetwork extends Network {
  /** First part of the discriminator's names. */
  readonly discriminator: string;
  /** Its channels where nothing else is said. */
  readonly filters: Filters;
}

/** A gate of 2 sigmoid(...), which begins at 1. */
const NEUTRAL_GATE = 2;

/**
 * Deviation: the compact network of DeepJSCC, each stage followed by the published attention, whose
 * gate is 2 sigmoid(...): it begins at 1, so that training begins as the network whose weights it
 * takes. The discriminator is narrower than published and sees the latent upsampled 16 times, not 4.
 */
const attention: StageModule = {
  declare: neutralAttentionParameters,
  apply: (parameters, x, snrDb) => snrAttention(parameters, x, snrDb, NEUTRAL_GATE),
};

const NETWORKS: Readonly<Record<PresetName, (shape: NetworkShape) => GanNetwork>> = {
  compact: ({ latent, widths, encoderBlocks, decoderBlocks }) => ({
    ...compact({
      latent,
      ...(widths ? { widths } : {}),
      ...(encoderBlocks ? { encoderBlocks } : {}),
      ...(decoderBlocks ? { decoderBlocks } : {}),
    }, attention),
    discriminator: "discriminator",
    filters: [16, 32, 64, 128],
  }),
  paper: ({ latent, width = WIDTH }) => ({
    stride: 4,
    latent,
    options: { latent, width },
    declarations: {
      ...under("Encoder", encoderParameters(latent, width)),
      ...under("Decoder", generatorParameters(latent, width)),
    },
    tellsPower: false,
    valuesPerPixel: 2.5 * width,
    discriminator: "Discriminator",
    filters: FILTERS,
    encode: (parameters, x, snrDb) => encode(parameters.at("Encoder"), x, snrDb),
    decode: (parameters, { y, snrDb }) => generate(parameters.at("Decoder"), y, snrDb),
  }),
  hific: ({ latent, width = HIFIC_WIDTH }) => ({
    stride: 16,
    latent,
    options: { latent, width },
    declarations: {
      ...under("encoder", hificEncoderParameters(latent, width)),
      ...under("decoder", hificGeneratorParameters(latent, width)),
    },
    tellsPower: false,
    valuesPerPixel: 4 * width,
    discriminator: "discriminator",
    filters: FILTERS,
    encode: (parameters, x) => hificEncode(parameters.at("encoder"), x),
    decode: (parameters, { y }) => hificGenerate(parameters.at("decoder"), y),
  }),
};

/** The networks of a preset. */
export function networkOf(preset: PresetName, shape: NetworkShape): GanNetwork {
  return NETWORKS[preset](shape);
}

/** Declares the discriminator under its full names. */
export function discriminatorOf(network: GanNetwork, filters = network.filters): Declarations {
  return under(network.discriminator, discriminatorParameters(network.latent, filters));
}

/**
 * Channels of the latent at a CBR: T / (6 stride^2) complex channel uses per source value.
 *
 * @throws {OptionError} When the CBR does not fill whole complex channels.
 */
export function latentChannels(preset: PresetName, cbr: number): number {
  const perChannel = 6 * networkOf(preset, { latent: 2 }).stride ** 2;
  const channels = Math.round(perChannel * cbr);
  if (Math.abs(channels - perChannel * cbr) < 1e-6 && channels >= 2 && channels % 2 === 0) {
    return channels;
  }
  throw new OptionError(
    `--cbr: preset ${preset} has rates that are multiples of 1/${perChannel / 2}; got ${cbr}`,
  );
}

/**
 * The networks that a manifest describes.
 *
 * @param file Name of the manifest's weights, for messages.
 * @throws {FormatError} When it describes none, or one of another CBR than it says.
 */
export function networkOfManifest(manifest: CheckpointManifest, file: string): GanNetwork {
  const refuse = (what: string): FormatError => new FormatError(`Manifest of "${file}": ${what}`);
  const preset = PRESETS.find((name) => name === manifest.preset);
  if (!preset) throw refuse(`presets are ${PRESETS.join(", ")}; got "${manifest.preset}"`);
  const shape: Record<string, unknown> = {};
  for (const [name, most] of Object.entries(MOST[preset])) {
    const value = manifest.options[name];
    const wanted = typeof most === "number" ? "an integer" : "three integers";
    const limit = typeof most === "number" ? most : most[0];
    const numbers = Array.isArray(value) ? value : [value];
    const fits = numbers.length === (typeof most === "number" ? 1 : 3) &&
      numbers.every((n) => Number.isInteger(n) && n >= 0 && n <= limit);
    if (!fits) {
      throw refuse(`"${name}": ${wanted} up to ${limit} wanted; got ${JSON.stringify(value)}`);
    }
    shape[name] = value;
  }
  const network = networkOf(preset, shape as unknown as NetworkShape);
  const cbr = network.latent / (6 * network.stride ** 2);
  if (network.latent < 2 || Math.abs(cbr - parseRatio(manifest.cbr, "cbr")) > 1e-9) {
    throw refuse(`a latent of ${network.latent} channels is CBR ${cbr}, not ${manifest.cbr}`);
  }
  return network;
}

/** Options in a manifest, and how large each number may be; in brackets: of three. */
const MOST: Readonly<Record<PresetName, Readonly<Record<string, number | readonly [number]>>>> = {
  compact: { latent: 4096, widths: [4096], encoderBlocks: [64], decoderBlocks: [64] },
  paper: { latent: 4096, width: 4096 },
  hific: { latent: 4096, width: 1024 },
};
