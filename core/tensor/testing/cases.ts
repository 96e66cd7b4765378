/**
 * The operations that networks use, each with its float64 twin. Every pack and backend runs them.
 *
 * @module
 */
import { gdn } from "../ops/gdn.ts";
import { layerNorm } from "../ops/layer_norm.ts";
import { tf } from "../tfjs.ts";
import type { OpCase } from "./check_case.ts";
import {
  at,
  both,
  type ConvolutionForm,
  convolved,
  depthwise,
  each,
  fill,
  maxPooled,
  multiplied,
  type Reference,
  reshaped,
  same,
  spread,
  summed,
  transposed,
} from "./reference.ts";

type T4 = tf.Tensor4D;

/** A convolution of a square filter with "same" padding. */
function sameConvolution(
  [n, h, w, c]: readonly [number, number, number, number],
  filter: number,
  k: number,
  stride: number,
): OpCase {
  return {
    name: `conv2d ${filter}x${filter}, stride ${stride}, ${n}x${h}x${w}x${c} to ${k}`,
    shapes: [[n, h, w, c], [filter, filter, c, k]],
    op: (x, f) => tf.conv2d(x as T4, f as T4, stride, "same"),
    twin: (x, f) => convolved(x, f, same(h, w, filter, stride)),
  };
}

/** A transposed convolution of stride 2 to an output of this size. */
function transposedConvolution(
  [n, h, w, k]: readonly [number, number, number, number],
  filter: number,
  [height, width, c]: readonly [number, number, number],
): OpCase {
  const shape: [number, number, number, number] = [n, height, width, c];
  return {
    name: `conv2dTranspose ${filter}x${filter}, stride 2, ${n}x${h}x${w}x${k} to ${
      shape.join("x")
    }`,
    shapes: [[n, h, w, k], [filter, filter, c, k]],
    op: (y, f) => tf.conv2dTranspose(y as T4, f as T4, shape, 2, "same"),
    twin: (y, f) => spread(y, f, shape, same(height, width, filter, 2)),
  };
}

function depthwiseConvolution(
  [n, h, w, c]: readonly [number, number, number, number],
  filter: number,
  multiplier: number,
  stride: number,
): OpCase {
  return {
    name:
      `depthwiseConv2d ${filter}x${filter}, stride ${stride}, ${h}x${w}x${c} times ${multiplier}`,
    shapes: [[n, h, w, c], [filter, filter, c, multiplier]],
    op: (x, f) => tf.depthwiseConv2d(x as T4, f as T4, stride, "same"),
    twin: (x, f) => depthwise(x, f, same(h, w, filter, stride)),
  };
}

const dilated: ConvolutionForm = { stride: 1, dilation: 2, top: 2, left: 2, height: 11, width: 12 };
const valid: ConvolutionForm = { stride: 2, top: 0, left: 0, height: 5, width: 5 };
const explicit: ConvolutionForm = { stride: 2, top: 2, left: 2, height: 6, width: 6 };

/** Convolutions at sizes of networks, at odd sizes, with every form of padding. */
export const convolutionCases: readonly OpCase[] = [
  sameConvolution([2, 7, 9, 5], 3, 7, 1),
  sameConvolution([1, 13, 17, 24], 3, 20, 1),
  sameConvolution([2, 8, 8, 16], 3, 16, 1),
  sameConvolution([1, 15, 17, 3], 5, 8, 2),
  sameConvolution([2, 16, 16, 6], 5, 16, 2),
  sameConvolution([1, 16, 18, 16], 5, 20, 2),
  sameConvolution([1, 17, 19, 16], 5, 16, 2),
  sameConvolution([1, 16, 20, 3], 5, 16, 2),
  sameConvolution([2, 9, 7, 5], 1, 12, 1),
  transposedConvolution([1, 8, 9, 6], 5, [16, 18, 3]),
  transposedConvolution([1, 8, 9, 16], 5, [15, 17, 4]),
  transposedConvolution([1, 8, 10, 20], 5, [16, 20, 16]),
  transposedConvolution([1, 8, 10, 16], 5, [16, 20, 3]),
  {
    name: "conv2d 3x3, stride 2, valid padding",
    shapes: [[1, 11, 12, 4], [3, 3, 4, 6]],
    op: (x, f) => tf.conv2d(x as T4, f as T4, 2, "valid"),
    twin: (x, f) => convolved(x, f, valid),
  },
  {
    name: "conv2d 5x5, stride 2, explicit padding of 2",
    shapes: [[1, 11, 12, 4], [5, 5, 4, 6]],
    op: (x, f) => tf.conv2d(x as T4, f as T4, 2, [[0, 0], [2, 2], [2, 2], [0, 0]]),
    twin: (x, f) => convolved(x, f, explicit),
  },
  {
    name: "conv2d 5x5, stride 2, explicit padding of 2 and enough channels for phases",
    shapes: [[1, 16, 20, 16], [5, 5, 16, 16]],
    op: (x, f) => tf.conv2d(x as T4, f as T4, 2, [[0, 0], [2, 1], [2, 1], [0, 0]]),
    twin: (x, f) => convolved(x, f, { stride: 2, top: 2, left: 2, height: 8, width: 10 }),
  },
  {
    name: "conv2d 3x3, dilation 2",
    shapes: [[1, 11, 12, 4], [3, 3, 4, 6]],
    op: (x, f) => tf.conv2d(x as T4, f as T4, 1, "same", "NHWC", 2),
    twin: (x, f) => convolved(x, f, dilated),
    gradient: false, // tfjs has none
  },
  depthwiseConvolution([2, 9, 11, 5], 3, 1, 1),
  depthwiseConvolution([1, 12, 12, 16], 5, 1, 1),
  depthwiseConvolution([1, 9, 11, 5], 3, 2, 2),
];

/** Swaps the last two axes. */
function turned(x: Reference): Reference {
  const rank = x.shape.length;
  return transposed(x, [...x.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2));
}

/** Matrix products with every transposition and broadcast. */
export const productCases: readonly OpCase[] = [
  {
    name: "matMul",
    shapes: [[13, 7], [7, 9]],
    op: (a, b) => tf.matMul(a, b),
    twin: multiplied,
  },
  {
    name: "matMul, both transposed",
    shapes: [[7, 13], [9, 7]],
    op: (a, b) => tf.matMul(a, b, true, true),
    twin: (a, b) => multiplied(turned(a), turned(b)),
  },
  {
    name: "matMul of a batch, first transposed",
    shapes: [[3, 7, 13], [3, 7, 9]],
    op: (a, b) => tf.matMul(a, b, true),
    twin: (a, b) => multiplied(turned(a), b),
  },
  {
    name: "matMul of a batch, second transposed",
    shapes: [[3, 13, 7], [3, 9, 7]],
    op: (a, b) => tf.matMul(a, b, false, true),
    twin: (a, b) => multiplied(a, turned(b)),
  },
  {
    name: "matMul of a batch with one matrix",
    shapes: [[4, 5, 6], [6, 7]],
    op: (a, b) => tf.matMul(a, b),
    twin: multiplied,
  },
  {
    name: "matMul of one matrix with a batch",
    shapes: [[5, 6], [4, 6, 7]],
    op: (a, b) => tf.matMul(a, b),
    twin: multiplied,
  },
  {
    name: "matMul in four dimensions",
    shapes: [[2, 3, 5, 6], [2, 3, 6, 7]],
    op: (a, b) => tf.matMul(a, b),
    twin: multiplied,
  },
];

function gdnTwin(x: Reference, beta: Reference, gamma: Reference, inverse: boolean): Reference {
  const c = beta.data.length, rows = reshaped(x, [x.data.length / c, c]);
  const norm = both(multiplied(each(rows, (v) => v * v), gamma), beta, (a, b) => a + b);
  return reshaped(
    both(rows, norm, (a, n) => inverse ? a * Math.sqrt(n) : a / Math.sqrt(n)),
    x.shape,
  );
}

function normalised(x: Reference, epsilon: number, unbiased: boolean): Reference {
  const last = x.shape.length - 1, c = x.shape[last]!;
  const kept = [...x.shape.slice(0, -1), 1];
  const centred = both(x, reshaped(summed(x, [last], true), kept), (a, m) => a - m);
  const squares = reshaped(summed(each(centred, (v) => v * v), [last]), kept);
  return both(centred, squares, (v, s) => v / Math.sqrt(s / (c - Number(unbiased)) + epsilon));
}

function layerNormCase(shape: readonly number[], unbiased: boolean): OpCase {
  const c = shape.at(-1)!;
  return {
    name: `layerNorm of [${shape}]${unbiased ? ", variance over c - 1" : ""}`,
    shapes: [shape, [c], [c]],
    op: (x, s, o) => layerNorm(x, s, o, { epsilon: 1e-3, unbiased }),
    twin: (x, s, o) =>
      both(both(normalised(x, 1e-3, unbiased), s, (v, w) => v * w), o, (v, w) => v + w),
  };
}

function gdnCase(shape: readonly number[], inverse: boolean): OpCase {
  const c = shape.at(-1)!;
  return {
    name: `${inverse ? "inverse " : ""}GDN of [${shape}]`,
    shapes: [shape, [c], [c, c]],
    range: [0.1, 1],
    op: (x, beta, gamma) => gdn(tf.sub(tf.mul(x, 2), 1), beta, gamma, { inverse }),
    twin: (x, beta, gamma) => gdnTwin(each(x, (v) => 2 * v - 1), beta, gamma, inverse),
  };
}

/** Normalisation layers, fused and composed. */
export const normalisationCases: readonly OpCase[] = [
  gdnCase([2, 5, 6, 8], false),
  gdnCase([1, 3, 3, 7], false),
  gdnCase([2, 5, 6, 8], true),
  gdnCase([600, 4], false), // more rows than a block
  layerNormCase([2, 30, 8], false),
  layerNormCase([3, 7], false),
  layerNormCase([2, 3, 5, 9], true),
  {
    name: "group norm, composed",
    shapes: [[2, 30, 4, 2]],
    op: (x) => {
      const { mean, variance } = tf.moments(x, [1, 3], true);
      return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3)));
    },
    twin: (x) => {
      const kept = [2, 1, 4, 1];
      const centred = both(x, reshaped(summed(x, [1, 3], true), kept), (a, m) => a - m);
      const variance = reshaped(summed(each(centred, (v) => v * v), [1, 3], true), kept);
      return both(centred, variance, (v, s) => v / Math.sqrt(s + 1e-3));
    },
  },
  {
    name: "power normalisation per image",
    shapes: [[2, 3, 4, 5]],
    op: (x) => tf.div(x, tf.sqrt(tf.mean(tf.square(x), [1, 2, 3], true))),
    twin: (x) => {
      const power = reshaped(summed(each(x, (v) => v * v), [1, 2, 3], true), [2, 1, 1, 1]);
      return both(x, power, (v, p) => v / Math.sqrt(p));
    },
  },
  {
    name: "softmax",
    shapes: [[3, 5, 7]],
    op: (x) => tf.softmax(x),
    twin: (x) => {
      const powers = each(x, Math.exp);
      return both(powers, reshaped(summed(powers, [2]), [3, 5, 1]), (v, s) => v / s);
    },
  },
  {
    name: "logSoftmax",
    shapes: [[3, 5]],
    op: (x) => tf.logSoftmax(x),
    twin: (x) =>
      both(x, reshaped(summed(each(x, Math.exp), [1]), [3, 1]), (v, s) => v - Math.log(s)),
  },
];

function unary(name: string, op: (x: tf.Tensor) => tf.Tensor, f: (x: number) => number): OpCase {
  return { name, shapes: [[3, 5, 7]], op, twin: (x) => each(x, f) };
}

function binary(
  name: string,
  b: readonly number[],
  op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  f: (a: number, b: number) => number,
): OpCase {
  return {
    name: `${name}, [2, 5, 7, 6] with [${b}]`,
    shapes: [[2, 5, 7, 6], b],
    op,
    twin: (x, y) => both(x, y, f),
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const prelu = (x: number, a: number): number => x > 0 ? x : a * x;

/** Activations and arithmetic, with every kind of broadcast. */
export const elementCases: readonly OpCase[] = [
  unary("relu", tf.relu, (x) => Math.max(0, x)),
  unary("leakyRelu", (x) => tf.leakyRelu(x, 0.1), (x) => prelu(x, 0.1)),
  unary("elu", tf.elu, (x) => x > 0 ? x : Math.expm1(x)),
  unary("sigmoid", (x) => tf.sigmoid(tf.mul(x, 9)), (x) => sigmoid(9 * x)),
  unary("tanh", (x) => tf.tanh(tf.mul(x, 9)), (x) => Math.tanh(9 * x)),
  unary("silu", (x) => tf.mul(x, tf.sigmoid(x)), (x) => x * sigmoid(x)),
  unary("softplus", tf.softplus, (x) => Math.log1p(Math.exp(x))),
  unary("exp", tf.exp, Math.exp),
  unary("log", (x) => tf.log(tf.add(x, 2)), (x) => Math.log(x + 2)),
  unary("sqrt", (x) => tf.sqrt(tf.add(x, 2)), (x) => Math.sqrt(x + 2)),
  unary("rsqrt", (x) => tf.rsqrt(tf.add(x, 2)), (x) => 1 / Math.sqrt(x + 2)),
  unary("square", tf.square, (x) => x * x),
  unary("abs", tf.abs, Math.abs),
  unary(
    "clipByValue",
    (x) => tf.clipByValue(x, -0.5, 0.5),
    (x) => Math.min(0.5, Math.max(-0.5, x)),
  ),
  unary("sin and cos", (x) => tf.add(tf.sin(x), tf.cos(x)), (x) => Math.sin(x) + Math.cos(x)),
  unary(
    "a mask that depends on the input",
    (x) => tf.where(tf.greater(x, 0.1), tf.square(x), tf.neg(x)),
    (x) => x > 0.1 ? x * x : -x,
  ),
  binary("add", [6], tf.add, (a, b) => a + b),
  binary("sub", [2, 1, 1, 1], tf.sub, (a, b) => a - b),
  binary("mul", [1, 5, 7, 1], tf.mul, (a, b) => a * b),
  binary("div", [2, 1, 1, 6], (a, b) => tf.div(a, tf.add(b, 3)), (a, b) => a / (b + 3)),
  binary("maximum", [6], tf.maximum, Math.max),
  binary("minimum", [5, 1, 6], tf.minimum, Math.min),
  binary("squaredDifference", [6], tf.squaredDifference, (a, b) => (a - b) ** 2),
  binary("prelu per channel", [6], (x, a) => tf.prelu(x, a), prelu),
  binary("prelu per channel with leading ones", [1, 1, 6], (x, a) => tf.prelu(x, a), prelu),
  binary("prelu with one slope", [1], (x, a) => tf.prelu(x, a), prelu),
];

function reduction(shape: readonly number[], axes: readonly number[], mean: boolean): OpCase {
  return {
    name: `${mean ? "mean" : "sum"} of [${shape}] over [${axes}]`,
    shapes: [shape],
    op: (x) => mean ? tf.mean(x, [...axes]) : tf.sum(x, [...axes]),
    twin: (x) => summed(x, axes, mean),
  };
}

/** The reading position of half-pixel or corner-free resizing, as tfjs has it. */
function resized(x: Reference, height: number, width: number, halfPixel: boolean): Reference {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const position = (i: number, from: number, to: number): number =>
    Math.max(0, halfPixel ? (i + 0.5) * from / to - 0.5 : i * from / to);
  return fill([n, height, width, c], ([image, row, column, channel]) => {
    const y = position(row!, h, height), z = position(column!, w, width);
    const [y0, x0] = [Math.floor(y), Math.floor(z)];
    const [y1, x1] = [Math.min(h - 1, y0 + 1), Math.min(w - 1, x0 + 1)];
    const value = (a: number, b: number): number => at(x, [image!, a, b, channel!]);
    const top = value(y0, x0) * (1 - z + x0) + value(y0, x1) * (z - x0);
    const bottom = value(y1, x0) * (1 - z + x0) + value(y1, x1) * (z - x0);
    return top * (1 - y + y0) + bottom * (y - y0);
  });
}

function bilinear(height: number, width: number, halfPixel: boolean): OpCase {
  return {
    name: `resizeBilinear of 5x7 to ${height}x${width}${halfPixel ? ", half-pixel centres" : ""}`,
    shapes: [[2, 5, 7, 3]],
    op: (x) => tf.image.resizeBilinear(x as T4, [height, width], false, halfPixel),
    twin: (x) => resized(x, height, width, halfPixel),
  };
}

const pooling: ConvolutionForm = { stride: 2, top: 0, left: 0, height: 4, width: 4 };

/** Reductions, pooling, resizing and what only moves numbers. */
export const shapeCases: readonly OpCase[] = [
  reduction([3, 5, 7], [2], false),
  reduction([3, 5, 7], [0, 1], false),
  reduction([2, 5, 7, 6], [1, 2], true),
  reduction([2, 5, 7, 6], [0, 2], false),
  reduction([2, 5, 7, 6], [0, 1, 2, 3], true),
  reduction([2, 1, 7, 1], [0, 3], true),
  reduction([4, 3], [], false),
  {
    name: "maxPool where all values are negative",
    shapes: [[2, 8, 9, 3]],
    range: [-1, -0.1],
    op: (x) => tf.maxPool(x as T4, 2, 2, "valid"),
    twin: (x) => maxPooled(x, 2, pooling),
  },
  {
    name: "maxPool 3x3 with padding",
    shapes: [[1, 8, 9, 3]],
    op: (x) => tf.maxPool(x as T4, 3, 2, "same"),
    twin: (x) => maxPooled(x, 3, same(8, 9, 3, 2)),
  },
  {
    name: "avgPool",
    shapes: [[2, 8, 8, 3]],
    op: (x) => tf.avgPool(x as T4, 2, 2, "valid"),
    twin: (x) => summed(reshaped(x, [2, 4, 2, 4, 2, 3]), [2, 4], true),
  },
  bilinear(10, 14, false),
  bilinear(4, 5, true),
  bilinear(9, 13, true),
  {
    name: "resizeNearestNeighbor",
    shapes: [[2, 3, 4, 3]],
    op: (x) => tf.image.resizeNearestNeighbor(x as T4, [6, 8]),
    twin: (x) => fill([2, 6, 8, 3], ([n, y, z, c]) => at(x, [n!, y! >> 1, z! >> 1, c!])),
  },
  {
    name: "depthToSpace",
    shapes: [[2, 3, 4, 12]],
    op: (x) => tf.depthToSpace(x as T4, 2),
    twin: (x) =>
      reshaped(transposed(reshaped(x, [2, 3, 4, 2, 2, 3]), [0, 1, 3, 2, 4, 5]), [2, 6, 8, 3]),
  },
  {
    name: "pixel shuffle by transposition",
    shapes: [[2, 3, 4, 12]],
    op: (x) => tf.transpose(tf.reshape(x, [2, 3, 4, 2, 2, 3]), [0, 1, 3, 2, 4, 5]),
    twin: (x) => transposed(reshaped(x, [2, 3, 4, 2, 2, 3]), [0, 1, 3, 2, 4, 5]),
  },
  {
    name: "cumsum over a middle axis",
    shapes: [[2, 4, 3]],
    op: (x) => tf.cumsum(x, 1),
    twin: (x) =>
      fill([2, 4, 3], ([n, i, c]) => {
        let sum = 0;
        for (let j = 0; j <= i!; j++) sum += at(x, [n!, j, c!]);
        return sum;
      }),
  },
  {
    name: "gather with an index taken twice",
    shapes: [[3, 7, 4]],
    op: (x) => tf.gather(x, tf.tensor1d([0, 3, 3], "int32"), 1),
    twin: (x) => fill([3, 3, 4], ([n, i, c]) => at(x, [n!, [0, 3, 3][i!]!, c!])),
  },
  {
    name: "concat and slice of channels",
    shapes: [[2, 3, 4, 5], [2, 3, 4, 3]],
    op: (a, b) => tf.slice(tf.concat([a, b], 3), [0, 1, 0, 3], [2, 2, 4, 4]),
    twin: (a, b) =>
      fill(
        [2, 2, 4, 4],
        ([n, y, x, c]) =>
          c! < 2 ? at(a, [n!, y! + 1, x!, c! + 3]) : at(b, [n!, y! + 1, x!, c! - 2]),
      ),
  },
  {
    name: "pad with zeros",
    shapes: [[1, 3, 4, 2]],
    op: (x) => tf.pad(x, [[0, 0], [1, 2], [3, 0], [0, 0]]),
    twin: (x) =>
      fill(
        [1, 6, 7, 2],
        ([n, y, z, c]) => y! < 1 || y! > 3 || z! < 3 ? 0 : at(x, [n!, y! - 1, z! - 3, c!]),
      ),
  },
  {
    name: "mirrorPad by reflection",
    shapes: [[1, 4, 5, 2]],
    op: (x) => tf.mirrorPad(x, [[0, 0], [2, 1], [1, 2], [0, 0]], "reflect"),
    twin: (x) => {
      const reflect = (i: number, n: number): number => n - 1 - Math.abs(n - 1 - Math.abs(i));
      return fill(
        [1, 7, 8, 2],
        ([n, y, z, c]) => at(x, [n!, reflect(y! - 2, 4), reflect(z! - 1, 5), c!]),
      );
    },
  },
];

/** All of them. */
export const opCases: readonly OpCase[] = [
  ...convolutionCases,
  ...productCases,
  ...normalisationCases,
  ...elementCases,
  ...shapeCases,
];
