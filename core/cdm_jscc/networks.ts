/**
 * All parameters of CDM-JSCC under their published names.
 *
 * @module
 */
import { type Declarations, under } from "../tensor/nn/parameters.ts";
import type { Architecture } from "./architecture.ts";
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

/** Declares the parameters of all networks. */
export function declareNetworks(architecture: Architecture): Declarations {
  return {
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
