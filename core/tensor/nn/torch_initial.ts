/**
 * PyTorch's initial values for a convolution or linear layer.
 *
 * @module
 */
import { torchDefault, uniform } from "./initialisers.ts";
import type { Declarations } from "./parameters.ts";

/** The layer with weights and bias uniform in +-1 / sqrt(fan-in), PyTorch's default. */
export function initialAsTorch(layer: Declarations): Declarations {
  const { weight, bias } = layer;
  if (!weight) return layer;
  const fanIn = weight.shape.slice(1).reduce((product, side) => product * side, 1);
  return {
    weight: { ...weight, initial: torchDefault() },
    ...(bias ? { bias: { ...bias, initial: uniform(1 / Math.sqrt(fanIn)) } } : {}),
  };
}
