/**
 * The networks by name.
 *
 * @module
 */
import type { CheckpointManifest } from "../../core/tensor/checkpoint/manifest.ts";
import { FormatError, OptionError } from "../../core/errors.ts";
import { parseRatio } from "../../core/units.ts";
import { adjscc, bdjscc } from "./adjscc.ts";
import { bourtsoulatze2019 } from "./bourtsoulatze_2019.ts";
import { compact, type CompactOptions } from "./compact.ts";
import { kurkaGdn } from "./kurka_gdn.ts";
import type { Network } from "../../core/tensor/jscc/network.ts";
import { type PresetName, PRESETS } from "./options.ts";
import { residualAttention } from "./residual_attention.ts";

/** What gives a network its shape; what a preset does not have is not looked at. */
export interface NetworkShape extends CompactOptions {
  readonly width?: number;
}

const NETWORKS: Readonly<Record<PresetName, (shape: NetworkShape) => Network>> = {
  "compact": ({ latent, widths, encoderBlocks, decoderBlocks }) =>
    compact({
      latent,
      ...(widths ? { widths } : {}),
      ...(encoderBlocks ? { encoderBlocks } : {}),
      ...(decoderBlocks ? { decoderBlocks } : {}),
    }),
  "bourtsoulatze-2019": ({ latent }) => bourtsoulatze2019(latent),
  "kurka-gdn": ({ latent, width }) => kurkaGdn(latent, width),
  "bdjscc": ({ latent, width }) => bdjscc(latent, width),
  "adjscc": ({ latent, width }) => adjscc(latent, width),
  "residual-attention": ({ latent, width }) => residualAttention(latent, width),
};

/** The network of a preset. */
export function networkOf(preset: PresetName, shape: NetworkShape): Network {
  return NETWORKS[preset](shape);
}

/**
 * Channels T of the latent at a CBR: T / (6 stride^2) complex channel uses per source value.
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
 * The network that a manifest describes.
 *
 * @param file Name of the manifest's weights, for messages.
 * @throws {FormatError} When it describes none, or one of another CBR than it says.
 */
export function networkOfManifest(manifest: CheckpointManifest, file: string): Network {
  const refuse = (what: string): FormatError => new FormatError(`Manifest of "${file}": ${what}`);
  const preset = PRESETS.find((name) => name === manifest.preset);
  if (!preset) throw refuse(`presets are ${PRESETS.join(", ")}; got "${manifest.preset}"`);
  const { latent, width, widths, encoderBlocks, decoderBlocks } = manifest.options;
  const count = (name: string, value: unknown, most: number): number => {
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most) {
      return value as number;
    }
    throw refuse(`"${name}": an integer up to ${most} is wanted; got ${JSON.stringify(value)}`);
  };
  const three = (name: string, value: unknown, most: number): [number, number, number] => {
    const [a, b, c, ...more] = Array.isArray(value) ? value : [];
    if (more.length > 0) throw refuse(`"${name}": three integers are wanted`);
    return [count(name, a, most), count(name, b, most), count(name, c, most)];
  };
  const network = networkOf(preset, {
    latent: count("latent", latent, 4096),
    ...(width === undefined ? {} : { width: count("width", width, 4096) }),
    ...(widths === undefined ? {} : { widths: three("widths", widths, 4096) }),
    ...(encoderBlocks === undefined
      ? {}
      : { encoderBlocks: three("encoderBlocks", encoderBlocks, 64) }),
    ...(decoderBlocks === undefined
      ? {}
      : { decoderBlocks: three("decoderBlocks", decoderBlocks, 64) }),
  });
  const cbr = network.latent / (6 * network.stride ** 2);
  if (Math.abs(cbr - parseRatio(manifest.cbr, "cbr")) > 1e-9) {
    throw refuse(`a latent of ${network.latent} channels is CBR ${cbr}, not ${manifest.cbr}`);
  }
  return network;
}
