/**
 * Convolutions with GDN and PReLU, down by 4 and up again: what DeepJSCC-f, BDJSCC and ADJSCC share.
 *
 * Layer i of the encoder is `conv{i}`, `gdn{i}`, `prelu{i}`, `af{i}`, of the decoder `tconv{i}`,
 * `igdn{i}`, `prelu{i}`, `af{i}`.
 *
 * @module
 */
import { attentionFeature, attentionFeatureParameters } from "../../core/tensor/nn/attention.ts";
import {
  conv2d,
  conv2dParameters,
  conv2dTranspose,
  conv2dTransposeParameters,
} from "../../core/tensor/nn/convolution.ts";
import { gdn, gdnParameters } from "../../core/tensor/nn/gdn.ts";
import { type Initialiser, normal } from "../../core/tensor/nn/initialisers.ts";
import { type Declarations, type Parameters, under } from "../../core/tensor/nn/parameters.ts";
import { prelu, preluParameters } from "../../core/tensor/nn/prelu.ts";
import { tf } from "../../core/tensor/tfjs.ts";
import type { Network, ReceivedLatent } from "../../core/tensor/jscc/network.ts";

/** Which of the networks. */
export interface GdnNetworkOptions {
  readonly latent: number;
  /** Channels of all inner layers. */
  readonly width: number;
  /** GDN behind the encoder's last convolution, inverse GDN before the sigmoid. */
  readonly normalisesEnds: boolean;
  /** AF modules behind the PReLUs. */
  readonly adapts: boolean;
}

/** Kernel and stride of each layer. */
const ENCODER = [[9, 2], [5, 2], [5, 1], [5, 1], [5, 1]] as const;
const DECODER = [[5, 1], [5, 1], [5, 1], [5, 2], [9, 2]] as const;
const LAST = 5;
/** SNRs that ADJSCC is trained on, in dB; beyond them its modules would extrapolate. */
const SNRS = { least: 0, most: 20 } as const;

/** The network that the options describe. */
export function gdnNetwork(options: GdnNetworkOptions): Network {
  const { latent, width, adapts } = options;
  return {
    stride: 4,
    latent,
    options: { latent, width },
    declarations: declarations(options),
    tellsPower: false,
    valuesPerPixel: 1.6 * width + 16,
    encode: (parameters, x, snrDb) => {
      const known = adapts ? clamped(snrDb) : snrDb;
      return encode(options, parameters.at("encoder"), x, known);
    },
    decode: (parameters, received) => decode(options, parameters.at("decoder"), received),
  };
}

function declarations(options: GdnNetworkOptions): Declarations {
  const { latent, width, normalisesEnds } = options;
  const all: Record<string, Declarations[string]> = {};
  let inputs = 3;
  ENCODER.forEach(([kernel], index) => {
    const layer = index + 1, outputs = layer === LAST ? latent : width;
    const convolution = conv2dParameters(inputs, outputs, kernel, {
      initial: preserving(inputs * kernel ** 2),
    });
    Object.assign(all, under(`encoder.conv${layer}`, convolution));
    Object.assign(all, inner(options, "encoder", "gdn", layer));
    inputs = outputs;
  });
  if (normalisesEnds) Object.assign(all, under(`encoder.gdn${LAST}`, gdnParameters(latent)));
  DECODER.forEach(([kernel, stride], index) => {
    const layer = index + 1, outputs = layer === LAST ? 3 : width;
    // Inverse GDNs multiply: without a small last layer training begins far out on the sigmoid.
    const scale = layer === LAST ? 0.02 : 1;
    const convolution = conv2dTransposeParameters(inputs, outputs, kernel, {
      initial: preserving(inputs * kernel ** 2 / stride ** 2, scale),
    });
    Object.assign(all, under(`decoder.tconv${layer}`, convolution));
    Object.assign(all, inner(options, "decoder", "igdn", layer));
    inputs = outputs;
  });
  if (normalisesEnds) Object.assign(all, under(`decoder.igdn${LAST}`, gdnParameters(3)));
  return all;
}

/** What follows each convolution but the last. */
function inner(
  { width, adapts }: GdnNetworkOptions,
  side: "encoder" | "decoder",
  norm: "gdn" | "igdn",
  layer: number,
): Declarations {
  if (layer === LAST) return {};
  return {
    ...under(`${side}.${norm}${layer}`, gdnParameters(width)),
    ...under(`${side}.prelu${layer}`, preluParameters(width, 0)),
    ...(adapts ? under(`${side}.af${layer}`, attentionFeatureParameters(width, "adjscc")) : {}),
  };
}

/** Normal weights that keep the variance, times a factor. */
function preserving(fanIn: number, scale = 1): Initialiser {
  return normal(scale * Math.sqrt(2 / (1.06 * fanIn)));
}

function encode(
  { normalisesEnds, adapts }: GdnNetworkOptions,
  parameters: Parameters,
  x: tf.Tensor4D,
  snrDb: tf.Tensor2D,
): tf.Tensor4D {
  return ENCODER.reduce((h, [, stride], index) => {
    const layer = index + 1;
    return tf.tidy(() => {
      const convolved = conv2d(parameters.at(`conv${layer}`), h, { stride });
      if (layer === LAST && !normalisesEnds) return convolved;
      const normalised = gdn(parameters.at(`gdn${layer}`), convolved);
      if (layer === LAST) return normalised;
      const rectified = prelu(parameters.at(`prelu${layer}`), normalised);
      return adapts
        ? attentionFeature(parameters.at(`af${layer}`), rectified, snrDb, "adjscc")
        : rectified;
    });
  }, x);
}

function decode(
  { normalisesEnds, adapts }: GdnNetworkOptions,
  parameters: Parameters,
  { y, snrDb: believed }: ReceivedLatent,
): tf.Tensor4D {
  const snrDb = clamped(believed);
  return DECODER.reduce((h, [, stride], index) => {
    const layer = index + 1;
    return tf.tidy(() => {
      const convolved = conv2dTranspose(parameters.at(`tconv${layer}`), h, { stride });
      if (layer === LAST && !normalisesEnds) return tf.sigmoid(convolved);
      const normalised = gdn(parameters.at(`igdn${layer}`), convolved, { inverse: true });
      if (layer === LAST) return tf.sigmoid(normalised);
      const rectified = prelu(parameters.at(`prelu${layer}`), normalised);
      return adapts
        ? attentionFeature(parameters.at(`af${layer}`), rectified, snrDb, "adjscc")
        : rectified;
    });
  }, y);
}

function clamped(snrDb: tf.Tensor2D): tf.Tensor2D {
  return tf.clipByValue(snrDb, SNRS.least, SNRS.most);
}
