/**
 * Smooth random functions of the plane: the texture of stone, cloud and cloth.
 *
 * Source: Perlin, "Improving Noise", SIGGRAPH 2002 (gradient noise with the quintic fade).
 *
 * @module
 */
import type { RandomKey } from "../../../core/random.ts";
import { Draws } from "./draws.ts";

/** Cells along a side of the lattice, a power of two; the noise repeats after so many units. */
const PERIOD = 64, MASK = PERIOD - 1;

/** Gradient noise with one feature a unit, of mean 0 and within about [-0.7, 0.7]. */
export class Noise {
  readonly #gradients = new Float64Array(2 * PERIOD * PERIOD);

  constructor(key: RandomKey) {
    const draws = new Draws(key);
    for (let cell = 0; cell < this.#gradients.length; cell += 2) {
      this.#gradients.set(draws.direction(), cell);
    }
  }

  at(x: number, y: number): number {
    const column = Math.floor(x), row = Math.floor(y);
    const dx = x - column, dy = y - row;
    const u = fade(dx), v = fade(dy);
    const left = 2 * (column & MASK), right = 2 * ((column + 1) & MASK);
    const above = 2 * PERIOD * (row & MASK), below = 2 * PERIOD * ((row + 1) & MASK);
    const top = mix(this.#slope(above + left, dx, dy), this.#slope(above + right, dx - 1, dy), u);
    const bottom = mix(
      this.#slope(below + left, dx, dy - 1),
      this.#slope(below + right, dx - 1, dy - 1),
      u,
    );
    return mix(top, bottom, v);
  }

  /** Octaves of the noise, each of half the size; `gain` is the amplitude from one to the next. */
  fractal(x: number, y: number, octaves: number, gain: number): number {
    let sum = 0, amplitude = 1, scale = 1;
    for (let octave = 0; octave < octaves; octave++) {
      // shifted, or all octaves would be 0 at the points of the lattice
      sum += amplitude * this.at(x * scale + 17.31 * octave, y * scale + 5.77 * octave);
      amplitude *= gain;
      scale *= 2;
    }
    return sum;
  }

  #slope(corner: number, dx: number, dy: number): number {
    return (this.#gradients[corner] as number) * dx + (this.#gradients[corner + 1] as number) * dy;
  }
}

/** a at 0, b at 1. */
export function mix(a: number, b: number, share: number): number {
  return a + share * (b - a);
}

/** Within [low, high]. */
export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function step(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
}

/** A wave of period 1 between 0 and 1 made of lines: 0 at whole numbers, 1 between them. */
export function triangle(phase: number): number {
  const t = phase - Math.floor(phase);
  return t < 0.5 ? 2 * t : 2 - 2 * t;
}

function fade(t: number): number {
  return t * t * t * (t * (6 * t - 15) + 10);
}
