/**
 * All parameters of CDM-JSCC under their published names.
 *
 * @module
 */
import { ones } from "../tensor/nn/initialisers.ts";
import { type Declaration, type Declarations, under } from "../tensor/nn/parameters.ts";
import { type Architecture, isCompact } from "./architecture.ts";
import { conditionDecoderParameters } from "./condition_decoder.ts";
import { factorisedPriorParameters } from "./factorised_prior.ts";
import { hyperDecoderParameters, hyperEncoderParameters } from "./hyperprior.ts";
import { jsccDecoderParameters } from "./jscc_decoder.ts";
import { jsccEncoderParameters } from "./jscc_encoder.ts";
import { transformEncoderParameters } from "./transform_encoder.ts";
import { unetParameters } from "./unet.ts";

/** Names of the networks within a parameter tree. */
export const NETWORKS = {
  transformEncoder: "context_fn.enc",
  hyperEncoder: "context_fn.hyper_enc",
  hyperDecoder: "context_fn.hyper_dec",
  prior: "context_fn.prior",
  jsccEncoder: "context_fn.fe",
  jsccDecoder: "context_fn.fd",
  conditionDecoder: "context_fn.dec",
  unet: "denoise_fn",
} as const;

/**
 * Deviation (compact): y is rounded to multiples of a step for each channel, which is not trained;
 * elsewhere to whole numbers.
 */
export const QUANTISATION_STEP = "context_fn.step";

/** Declares the parameters of all networks. */
export function declareNetworks(architecture: Architecture): Declarations {
  const step: Declaration = { shape: [architecture.latent], layout: "plain", initial: ones };
  return {
    ...(isCompact(architecture) ? { [QUANTISATION_STEP]: step } : {}),
    ...under(NETWORKS.transformEncoder, transformEncoderParameters(architecture)),
    ...under(NETWORKS.hyperEncoder, hyperEncoderParameters(architecture)),
    ...under(NETWORKS.hyperDecoder, hyperDecoderParameters(architecture)),
    ...under(NETWORKS.prior, factorisedPriorParameters(architecture.hyper)),
    ...under(NETWORKS.jsccEncoder, jsccEncoderParameters(architecture)),
    ...under(NETWORKS.jsccDecoder, jsccDecoderParameters(architecture)),
    ...under(NETWORKS.conditionDecoder, conditionDecoderParameters(architecture)),
    ...under(NETWORKS.unet, unetParameters(architecture)),
  };
}
