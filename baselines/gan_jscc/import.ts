/**
 * Published weights of GAN-JSCC: the state dict of the authors' model becomes preset `paper`. Its
 * names are the network's own; discriminator and buffers of metrics are left out.
 *
 * Source: semcomm/GC2022_Perceptual_Learned_Source_Channel_Coding @b795b8d.
 *
 * @module
 */
import { FormatError, OptionError } from "../../core/errors.ts";
import type {
  ForeignWeights,
  ImportedParameter,
  ImportedWeights,
  ImportWish,
} from "../../core/tensor/checkpoint/importer.ts";
import { networkOf } from "./networks.ts";

/** Parts of the state dict that a codec does not need. */
const LEFT_OUT = /^(Discriminator|MS_SSIM|distortion_loss|squared_difference|channel)\./;
const LATENT_LAYER = "Encoder.conv_block5.0.weight";
const INNER_LAYER = "Encoder.conv_block4.0.weight";

/**
 * The parameters of encoder and generator, in their shapes.
 *
 * @throws {FormatError} When the file is no GAN-JSCC, or a tensor is missing, left over or of another
 * shape.
 * @throws {OptionError} When the SNR that it was trained at is not told, or another preset is wanted.
 */
export async function importPublished(
  foreign: ForeignWeights,
  wish: ImportWish,
): Promise<ImportedWeights> {
  const { file, shapes } = foreign, { snrDb, preset = "paper" } = wish;
  if (preset !== "paper") {
    throw new OptionError(`--preset: published weights of GAN-JSCC are of paper; got "${preset}"`);
  }
  const latent = shapes.get(LATENT_LAYER)?.[0], width = shapes.get(INNER_LAYER)?.[0];
  if (!latent || !width) {
    throw new FormatError(
      `Cannot import "${file}": no "${LATENT_LAYER}" and "${INNER_LAYER}"; it is no GAN-JSCC`,
    );
  }
  if (snrDb === undefined) {
    throw new OptionError(
      `--snr: the file does not say which SNR (Es/N0 in dB) "${file}" was trained at`,
    );
  }
  const network = networkOf("paper", { latent, width });
  for (const name of shapes.keys()) {
    if (!(name in network.declarations) && !LEFT_OUT.test(name)) {
      throw new FormatError(`Cannot import "${file}": "${name}" is no parameter of GAN-JSCC`);
    }
  }
  const parameters = new Map<string, ImportedParameter>();
  for (const [name, { shape }] of Object.entries(network.declarations)) {
    parameters.set(name, { shape, values: await foreign.floats(name, shape) });
  }
  return {
    parameters,
    manifest: {
      codec: "gan-jscc",
      preset,
      version: "1",
      options: network.options,
      snrDb,
      cbr: 96 % latent === 0 ? `1/${96 / latent}` : `${latent}/96`,
      steps: 0,
      hours: 0,
      seed: 0,
      device: "unknown",
      data: `imported from ${file}`,
      loss: "as its authors say",
      validation: {},
    },
    notes: [
      "discriminator and buffers of metrics left out",
      "power is normalised for each picture; the authors' test, one picture at a time, does the same",
    ],
  };
}
