/**
 * All parameters of CDM-JSCC under their published names.
 *
 * @module
 */
import { type Initialiser, ones, zeros } from "../tensor/nn/initialisers.ts";
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
  const published = {
    ...under(NETWORKS.transformEncoder, transformEncoderParameters(architecture)),
    ...under(NETWORKS.hyperEncoder, hyperEncoderParameters(architecture)),
    ...under(NETWORKS.hyperDecoder, hyperDecoderParameters(architecture)),
    ...under(NETWORKS.prior, factorisedPriorParameters(architecture.hyper)),
    ...under(NETWORKS.jsccEncoder, jsccEncoderParameters(architecture)),
    ...under(NETWORKS.jsccDecoder, jsccDecoderParameters(architecture)),
    ...under(NETWORKS.conditionDecoder, conditionDecoderParameters(architecture)),
    ...under(NETWORKS.unet, unetParameters(architecture)),
  };
  if (!isCompact(architecture)) return published;
  const step: Declaration = { shape: [architecture.latent], layout: "plain", initial: ones };
  return { [QUANTISATION_STEP]: step, ...atIdentity(published) };
}

const IDENTITY = /\.f[ed]\.rate_adaption\.weight$/;
const ZERO = /\.f[ed]\..*\b(fc2|cpe1|out_proj|cpe2)\.\w+$|\.fe\.norm\.weight$|\.fd\.rate_token$/;

/** Compact's JSCC networks begin as no networks at all: s is y, and y' is what was received. */
function atIdentity(declarations: Declarations): Declarations {
  return Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]) => {
      const initial = IDENTITY.test(name) ? identity : ZERO.test(name) ? zeros : null;
      return [name, initial ? { ...declaration, initial } : declaration];
    }),
  );
}

/** [rates, c, c]: one at equal indices. */
const identity: Initialiser = ([rates = 0, inputs = 0, outputs = 0]) => {
  const values = new Float32Array(rates * inputs * outputs);
  for (let rate = 0; rate < rates; rate++) {
    for (let c = 0; c < Math.min(inputs, outputs); c++) {
      values[(rate * inputs + c) * outputs + c] = 1;
    }
  }
  return values;
};
