/**
 * Initial values of parameters, from a key.
 *
 * @module
 */
import { fillNormals, fillUniforms, type RandomKey } from "../../random.ts";

/** Values for a parameter of this shape (as in a file), from the numbers of a key. */
export type Initialiser = (shape: readonly number[], key: RandomKey) => Float32Array;

/** All values the same. */
export function constant(value: number): Initialiser {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/** All zero. */
export const zeros: Initialiser = constant(0);
/** All one. */
export const ones: Initialiser = constant(1);

/** Normal with mean zero. */
export function normal(deviation: number): Initialiser {
  return (shape, key) => {
    const size = sizeOf(shape);
    const values = new Float32Array(size);
    fillNormals(key, values);
    return values.map((value) => value * deviation);
  };
}

/** Uniform in (-bound, bound). */
export function uniform(bound: number): Initialiser {
  return (shape, key) => {
    const values = new Float64Array(sizeOf(shape));
    fillUniforms(key, values);
    return Float32Array.from(values, (value) => bound * (2 * value - 1));
  };
}

/**
 * Normal of variance gain^2 / fan-in, which keeps the variance of what passes through.
 *
 * Source: He, Zhang, Ren, Sun, arXiv:1502.01852, equation (10).
 *
 * @param gain sqrt(2 / (1 + slope^2)) before a leaky rectifier, 1 before none.
 */
export function kaimingNormal(gain: number): Initialiser {
  return (shape, key) => normal(gain / Math.sqrt(fanIn(shape)))(shape, key);
}

/** Uniform in +-1 / sqrt(fan-in): what PyTorch gives the weights of convolutions and linear layers. */
export function torchDefault(): Initialiser {
  return (shape, key) => uniform(1 / Math.sqrt(fanIn(shape)))(shape, key);
}

/** Values that one output of a [out, in, ...] filter sums over. */
function fanIn(shape: readonly number[]): number {
  return sizeOf(shape.slice(1));
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
