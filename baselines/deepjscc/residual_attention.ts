/**
 * Residual blocks with attention at stride 16: the networks of DeepJSCC-Q.
 *
 *     x: Down N - Res - Down N - Attention - Res - Down N - Res - Down T - Attention -> z
 *     y: Attention - Res N - Up - Res - Up - Attention - Res - Up - Res - Up 3 -> x
 *
 * Source: Tung, Kurka, Jankowski, Gündüz, "DeepJSCC-Q: constellation constrained deep joint
 * source-channel coding", IEEE JSAIT 3(4), 2022, with free symbols instead of a constellation; as in
 * ipc-lab/kaira (Tung2022DeepJSCCQ), whose parameters have the same names.
 *
 * @module
 */
import { attentionBlock, attentionBlockParameters } from "../../core/tensor/nn/attention.ts";
import { type Declarations, type Parameters, under } from "../../core/tensor/nn/parameters.ts";
import {
  residualBlock,
  residualBlockParameters,
  residualBlockUpsample,
  residualBlockUpsampleParameters,
  residualBlockWithStride,
  residualBlockWithStrideParameters,
} from "../../core/tensor/nn/residual.ts";
import type { tf } from "../../core/tensor/tfjs.ts";
import type { Network } from "../../core/tensor/jscc/network.ts";

interface Block {
  declare(inputs: number, outputs: number): Declarations;
  apply(parameters: Parameters, x: tf.Tensor4D): tf.Tensor4D;
}

const DOWN: Block = { declare: residualBlockWithStrideParameters, apply: residualBlockWithStride };
const UP: Block = { declare: residualBlockUpsampleParameters, apply: residualBlockUpsample };
const RES: Block = { declare: residualBlockParameters, apply: residualBlock };
const ATTENTION: Block = { declare: attentionBlockParameters, apply: attentionBlock };

/** Blocks with the channels that they give: N, the latent's T, or 3. */
type Stack = readonly (readonly [Block, "N" | "T" | 3])[];

const ENCODER: Stack = [
  [DOWN, "N"],
  [RES, "N"],
  [DOWN, "N"],
  [ATTENTION, "N"],
  [RES, "N"],
  [DOWN, "N"],
  [RES, "N"],
  [DOWN, "T"],
  [ATTENTION, "T"],
];
const DECODER: Stack = [
  [ATTENTION, "T"],
  [RES, "N"],
  [UP, "N"],
  [RES, "N"],
  [UP, "N"],
  [ATTENTION, "N"],
  [RES, "N"],
  [UP, "N"],
  [RES, "N"],
  [UP, 3],
];

/** The network of width N; T = 1536 CBR channels. The paper's width is 256. */
export function residualAttention(latent: number, width = 256): Network {
  const channels = { N: width, T: latent, 3: 3 };
  return {
    stride: 16,
    latent,
    options: { latent, width },
    declarations: {
      ...declare("g_a", ENCODER, 3, channels),
      ...declare("g_s", DECODER, latent, channels),
    },
    tellsPower: false,
    valuesPerPixel: 4 * width + 8,
    encode: (parameters, x) => apply(parameters.at("g_a"), ENCODER, x),
    decode: (parameters, { y }) => apply(parameters.at("g_s"), DECODER, y),
  };
}

function declare(
  name: string,
  stack: Stack,
  inputs: number,
  channels: Readonly<Record<"N" | "T" | 3, number>>,
): Declarations {
  const all: Record<string, Declarations[string]> = {};
  stack.forEach(([block, kind], index) => {
    const outputs = channels[kind];
    Object.assign(all, under(`${name}.${index}`, block.declare(inputs, outputs)));
    inputs = outputs;
  });
  return all;
}

function apply(parameters: Parameters, stack: Stack, x: tf.Tensor4D): tf.Tensor4D {
  return stack.reduce((h, [block], index) => block.apply(parameters.at(index), h), x);
}
