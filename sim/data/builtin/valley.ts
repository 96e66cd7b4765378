/**
 * A valley: sky with clouds, ridges that fade with distance, a meadow and conifers before it.
 *
 * @module
 */
import type { RandomKey } from "../../../core/random.ts";
import { add, between, type Colour, lit, paint } from "./colour.ts";
import type { Canvas } from "./canvas.ts";
import { Draws } from "./draws.ts";
import { clamp, mix, Noise, step, triangle } from "./noise.ts";

const ZENITH = paint(74, 122, 190), HORIZON = paint(222, 214, 196), CLOUD = paint(250, 246, 240);
const FAR = paint(150, 170, 196), NEAR = paint(52, 74, 46), ROCK = paint(120, 106, 92);
const GRASS = paint(112, 130, 58), STRAW = paint(188, 168, 92), CONIFER = paint(34, 54, 36);
const RIDGES = 5;

/** Paints the scene. */
export function paintValley(canvas: Canvas, key: RandomKey): void {
  const noise = new Noise(key.derive("noise"));
  const { width, height } = canvas;
  const crests = Array.from({ length: RIDGES }, (_, ridge) => crestLine(canvas, noise, ridge));
  const meadow = 0.74 * height;
  canvas.paint((x, y) => {
    const column = Math.floor(2 * x);
    for (let ridge = RIDGES - 1; ridge >= 0; ridge--) {
      if (y > meadow + 6 * noise.fractal(x * 0.02, 3.5, 3, 0.5)) break;
      const crest = crests[ridge]?.[column] as number;
      if (y > crest) return hillside(noise, x, y, y - crest, ridge);
    }
    if (y < meadow - 6) return sky(noise, x / width, y / meadow);
    return grass(noise, x - width / 2, (y - 0.52 * height) / height);
  });
  plantConifers(canvas, new Draws(key.derive("trees")), noise, meadow);
}

/** Height of a ridge above each column of samples; 0 is the farthest. */
function crestLine(canvas: Canvas, noise: Noise, ridge: number): Float64Array {
  const near = ridge / (RIDGES - 1);
  const base = canvas.height * mix(0.34, 0.66, near), swing = canvas.height * mix(0.3, 0.16, near);
  return Float64Array.from({ length: canvas.columns }, (_, column) => {
    const x = column / 2 / canvas.width;
    return base - swing * noise.fractal(x * mix(2.2, 3.4, near) + 9 * ridge, 7 * ridge, 7, 0.5);
  });
}

function sky(noise: Noise, x: number, y: number): Colour {
  const clear = between(ZENITH, HORIZON, clamp(y * y * 1.3, 0, 1));
  const cloud = noise.fractal(3 * x + 3 * y, 9 * y + 2 * x, 6, 0.6);
  const below = noise.fractal(3 * x + 3 * y + 0.05, 9 * y + 2 * x + 0.25, 4, 0.6);
  return between(clear, lit(CLOUD, 1.05 + 0.5 * (cloud - below)), 0.9 * step(0.02, 0.55, cloud));
}

function hillside(noise: Noise, x: number, y: number, under: number, ridge: number): Colour {
  const near = ridge / (RIDGES - 1);
  const scale = mix(0.12, 0.06, near);
  const relief = noise.fractal(x * scale, (y + 0.6 * under) * scale, 6, 0.72);
  const right = noise.fractal((x + 2) * scale, (y + 0.6 * under + 1.5) * scale, 4, 0.72);
  const ground = between(ROCK, NEAR, step(-0.3, 0.35, relief + 0.01 * under));
  const light = clamp(0.75 + 1.1 * (relief - right) + 0.25 * relief, 0.15, 1.8);
  const haze = mix(0.85, 0.12, near) * (1 - 0.2 * clamp(under / 60, 0, 1));
  return between(lit(ground, light), FAR, haze);
}

/** The meadow in perspective: `down` is the distance below the horizon, in heights. */
function grass(noise: Noise, x: number, down: number): Colour {
  const far = 1 / clamp(down, 0.05, 1);
  const patches = noise.fractal(0.02 * x * far, 3 * far, 4, 0.6);
  const blades = noise.fractal(0.35 * x, 46 * down * down + 0.02 * x, 4, 0.85);
  const field = between(GRASS, STRAW, step(-0.4, 0.5, patches));
  const flower = noise.at(0.55 * x * far + 31, 60 * down) > 0.56 && down > 0.28 ? 0.5 : 0;
  const light = clamp(0.8 + 0.55 * blades + 0.3 * patches, 0.12, 1.7);
  return add(lit(field, light), [flower, flower * 0.9, flower * 0.6]);
}

function plantConifers(canvas: Canvas, draws: Draws, noise: Noise, meadow: number): void {
  const count = 26;
  for (let tree = 0; tree < count; tree++) {
    const near = tree / (count - 1); // far ones first, near ones over them
    const size = mix(16, 118, near * near * near) * draws.between(0.8, 1.2);
    const x0 = draws.uniform() < 0.5
      ? draws.between(-10, 0.36 * canvas.width)
      : draws.between(0.62 * canvas.width, canvas.width + 10);
    const foot = meadow + mix(-4, 0.2 * canvas.height, near * near);
    paintConifer(canvas, noise, { x0, foot, size, light: mix(0.9, 0.55, near) });
  }
}

interface Conifer {
  readonly x0: number;
  readonly foot: number;
  readonly size: number;
  readonly light: number;
}

function paintConifer(canvas: Canvas, noise: Noise, { x0, foot, size, light }: Conifer): void {
  canvas.visit([x0 - 0.25 * size, foot - size, x0 + 0.25 * size, foot + 1], (x, y, at) => {
    const down = (y - foot + size) / size; // 0 top, 1 foot
    const side = (x - x0) / size;
    const twigs = noise.fractal(x * 14 / size + x0, y * 14 / size, 4, 0.8);
    const tier = 0.55 + 0.45 * (1 - triangle(4.5 * Math.sqrt(down * 2 + 0.02)));
    const half = 0.2 * down * tier * (1 + 0.6 * twigs);
    const trunk = down > 0.94 && Math.abs(side) < 0.015;
    if (!trunk && (Math.abs(side) > half || down > 0.97)) return;
    const sun = clamp(0.75 - 2.2 * side + 1.1 * twigs, 0.15, 2.4);
    canvas.put(at, lit(trunk ? ROCK : CONIFER, light * sun));
  });
}
