/**
 * The block of MLLA, a vision model of linear attention shaped like Mamba.
 *
 *     x = x + DW(x)                                                        cpe1
 *     x = x + out_proj(attention(SiLU(DW(in_proj(u)))) * SiLU(act_proj(u)))    u = LN(x)
 *     x = x + DW(x)                                                        cpe2
 *     x = x + MLP(LN(x))                                                   DW: depthwise 3x3
 *
 * Source: Han et al., arXiv:2405.16605, figure 3.
 *
 * @module
 */
import { tf } from "../tfjs.ts";
import { gelu, silu } from "./activations.ts";
import {
  depthwiseConv2d,
  depthwiseConv2dParameters,
  linear,
  linearParameters,
} from "./convolution.ts";
import { layerNorm, layerNormParameters } from "./layer_norm.ts";
import { type Declarations, type Parameters, under } from "./parameters.ts";
import { rotate, type Rotations, rotations } from "./rope.ts";
import { initialAsTorch } from "./torch_initial.ts";

const MLP_RATIO = 4;
const KERNEL = 3;
const FLOOR = 1e-6;

/** Rows and columns that tokens lie on, row by row. */
export interface Grid {
  readonly height: number;
  readonly width: number;
}

/** Declares a {@linkcode mlp}: `fc1`, `fc2`. */
export function mlpParameters(channels: number, hidden: number): Declarations {
  return {
    ...under("fc1", initialAsTorch(linearParameters(channels, hidden))),
    ...under("fc2", initialAsTorch(linearParameters(hidden, channels))),
  };
}

/** Two linear layers with a GELU between them, f32[..., c] to the same shape. */
export function mlp<T extends tf.Tensor>(parameters: Parameters, x: T): T {
  return tf.tidy(() => linear(parameters.at("fc2"), gelu(linear(parameters.at("fc1"), x))) as T);
}

/** Declares an {@linkcode mllaBlock}. */
export function mllaBlockParameters(channels: number): Declarations {
  const square = initialAsTorch(linearParameters(channels, channels));
  return {
    ...under("cpe1", depthwise(channels)),
    ...under("norm1", layerNormParameters(channels)),
    ...under("in_proj", square),
    ...under("act_proj", square),
    ...under("dwc", depthwise(channels)),
    ...under("attn.qk", initialAsTorch(linearParameters(channels, 2 * channels))),
    ...under("attn.lepe", depthwise(channels)),
    ...under("out_proj", square),
    ...under("cpe2", depthwise(channels)),
    ...under("norm2", layerNormParameters(channels)),
    ...under("mlp", mlpParameters(channels, MLP_RATIO * channels)),
  };
}

/**
 * @param x Tokens f32[n, height width, c], c a multiple of 4 and of `heads`.
 * @returns Tokens of the same shape.
 */
export function mllaBlock(
  parameters: Parameters,
  x: tf.Tensor3D,
  grid: Grid,
  heads: number,
): tf.Tensor3D {
  return tf.tidy(() => {
    const convolved = (name: string, tokens: tf.Tensor3D): tf.Tensor3D =>
      onGrid(tokens, grid, (map) => depthwiseConv2d(parameters.at(name), map));
    const shortcut: tf.Tensor3D = tf.add(x, convolved("cpe1", x));
    const u = layerNorm(parameters.at("norm1"), shortcut);
    const gate = silu(linear(parameters.at("act_proj"), u));
    const v = silu(convolved("dwc", linear(parameters.at("in_proj"), u)));
    const a = mllaAttention(parameters.at("attn"), v, grid, heads);
    let y: tf.Tensor3D = tf.add(shortcut, linear(parameters.at("out_proj"), tf.mul(a, gate)));
    y = tf.add(y, convolved("cpe2", y));
    return tf.add(y, mlp(parameters.at("mlp"), layerNorm(parameters.at("norm2"), y)));
  });
}

/**
 * Linear attention with rotary positions, and a depthwise convolution beside it (LePE).
 *
 *   z_i = 1 / (q_i mean_n(k_n) + 1e-6),  out_i = z_i R(q_i) mean_n(R(k_n) v_n^T) + LePE(v)
 *
 * q, k = ELU(x Wqk) + 1, v = x; R turns before heads are split, so that the first half of the heads
 * knows rows and the second columns.
 *
 * Source: Han et al., arXiv:2405.16605, equation (9) and section 4.3.
 */
export function mllaAttention(
  parameters: Parameters,
  x: tf.Tensor3D,
  grid: Grid,
  heads: number,
): tf.Tensor3D {
  return tf.tidy(() => {
    const [, positions, channels] = x.shape;
    const qk = tf.add(tf.elu(linear(parameters.at("qk"), x)), 1);
    const [q, k] = tf.split(qk, 2, 2) as [tf.Tensor3D, tf.Tensor3D];
    const turns = rotations(grid.height, grid.width, channels);
    const head = (tokens: tf.Tensor3D): tf.Tensor4D => splitHeads(tokens, heads);
    const turned = (tokens: tf.Tensor3D, by: Rotations): tf.Tensor4D => head(rotate(tokens, by));
    const weight = tf.matMul(head(q), tf.mean(head(k), 2, true), false, true); // [n, heads, p, 1]
    const kv = tf.div(tf.matMul(turned(k, turns), head(x), true), positions);
    const out = tf.div(tf.matMul(turned(q, turns), kv), tf.add(weight, FLOOR));
    const lepe = onGrid(x, grid, (map) => depthwiseConv2d(parameters.at("lepe"), map));
    return tf.add(joinHeads(out as tf.Tensor4D), lepe);
  });
}

/** Applies a function of pictures to tokens. */
function onGrid(
  tokens: tf.Tensor3D,
  { height, width }: Grid,
  f: (map: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor3D {
  const [batch, , channels] = tokens.shape;
  return tf.reshape(f(tf.reshape(tokens, [batch, height, width, channels])), tokens.shape);
}

/** f32[n, p, c] to f32[n, heads, p, c / heads]. */
function splitHeads(x: tf.Tensor3D, heads: number): tf.Tensor4D {
  const [batch, positions, channels] = x.shape;
  return tf.transpose(tf.reshape(x, [batch, positions, heads, channels / heads]), [0, 2, 1, 3]);
}

/** The inverse of {@linkcode splitHeads}. */
function joinHeads(x: tf.Tensor4D): tf.Tensor3D {
  const [batch, heads, positions, channels] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, positions, heads * channels]);
}

function depthwise(channels: number): Declarations {
  return initialAsTorch(depthwiseConv2dParameters(channels, KERNEL));
}
