/**
 * Weights that follow from a formula: networks that cannot be had are checked with them, and tests
 * run without any file.
 *
 *     value(name, i) = offset + scale * v,    v in [-1, 1) from FNV-1a of the name and the finaliser
 *                                             of MurmurHash3 of its sum with i * 0x9e3779b9
 *
 * @module
 */
import type { WeightFile, WeightsNeed, WeightSource } from "../weights.ts";

/** How a tensor is made. */
export interface Formula {
  readonly name: string;
  readonly scale: number;
  readonly offset: number;
}

/** The first `count` values of a formula. */
export function formulaValues(
  { name, scale, offset = 0 }: Partial<Formula>,
  count: number,
): Float32Array {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let x = (seed >>> 0) + Math.imul(i, 0x9e3779b9) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x = (x ^ (x >>> 16)) >>> 0;
    values[i] = offset + (scale ?? 1) * (2 * ((x >>> 8) / 2 ** 24) - 1);
  }
  return values;
}

/** A source that makes every tensor of every network. */
export class FormulaWeights implements WeightSource {
  /**
   * @param formula Of a tensor of a network (by its title), or of another source.
   */
  constructor(
    private readonly formula: (
      network: string,
      tensor: string,
      shape: readonly number[],
    ) => Formula | Promise<Formula | Float32Array>,
  ) {}

  open({ title }: WeightsNeed): Promise<WeightFile> {
    return Promise.resolve({
      file: title,
      floats: async (tensor, shape) => {
        const made: Formula | Float32Array = await this.formula(title, tensor, shape);
        return made instanceof Float32Array
          ? made
          : formulaValues(made, shape.reduce((product, length) => product * length, 1));
      },
    });
  }
}
