/**
 * Fruit on a chequered cloth before a background out of focus: smooth shading, sharp and soft edges.
 *
 * @module
 */
import type { RandomKey } from "../../../core/random.ts";
import { add, between, type Colour, lit, paint } from "./colour.ts";
import type { Canvas } from "./canvas.ts";
import { Draws } from "./draws.ts";
import { clamp, mix, Noise, step, triangle } from "./noise.ts";

interface Fruit {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly skin: Colour;
  readonly cheek: Colour;
  readonly speckle: number;
  readonly gloss: number;
}

/** Light from the upper left front, of length 1. */
const LIGHT: Colour = [-0.48, -0.64, 0.6];

const FRUITS: readonly Fruit[] = [
  fruit(0.66, 0.47, 0.15, paint(196, 150, 40), paint(214, 120, 50), 0.5, 0.25),
  fruit(0.36, 0.5, 0.19, paint(170, 30, 30), paint(206, 170, 60), 0.25, 0.8),
  fruit(0.6, 0.63, 0.17, paint(226, 130, 24), paint(232, 150, 40), 0.9, 0.35),
  fruit(0.2, 0.68, 0.12, paint(112, 142, 40), paint(170, 178, 70), 0.6, 0.5),
  fruit(0.82, 0.7, 0.1, paint(70, 24, 50), paint(110, 50, 80), 0.3, 0.6),
  fruit(0.42, 0.76, 0.085, paint(90, 30, 60), paint(140, 60, 90), 0.3, 0.6),
];

function fruit(
  x: number,
  y: number,
  radius: number,
  skin: Colour,
  cheek: Colour,
  speckle: number,
  gloss: number,
): Fruit {
  return { x, y, radius, skin, cheek, speckle, gloss };
}

/** Paints the scene. */
export function paintFruit(canvas: Canvas, key: RandomKey): void {
  const noise = new Noise(key.derive("noise"));
  const edge = 0.42;
  canvas.paint((x, y) => {
    const [u, v] = [x / canvas.width, y / canvas.height];
    const wall = between(
      paint(84, 78, 62),
      paint(36, 40, 40),
      clamp(v * 2 + 0.4 * (u - 0.3), 0, 1),
    );
    if (v < edge) return lit(wall, 1 + 0.25 * noise.fractal(2 * u, 2 * v, 3, 0.5));
    return between(wall, cloth(noise, u - 0.5, v - 0.26), step(edge, edge + 0.02, v));
  });
  paintBokeh(canvas, new Draws(key.derive("bokeh")), edge);
  for (const one of FRUITS) paintOne(canvas, noise, one);
}

/** A cloth in perspective, chequered in red, with a weave that shows near the viewer. */
function cloth(noise: Noise, x: number, below: number): Colour {
  const far = 0.5 / below;
  const fold = noise.fractal(2.2 * x * far, 2 * far, 3, 0.5);
  const across = 9 * x * far + 0.25 * fold, along = 7 * far + 0.2 * fold;
  const stripes = 0.5 * step(0.46, 0.54, triangle(across)) +
    0.5 * step(0.46, 0.54, triangle(along));
  const weave = 1 + 0.16 * (triangle(22 * across) + triangle(22 * along) - 1) +
    0.2 * noise.fractal(60 * x * far, 60 * far, 3, 0.8);
  const colour = between(paint(232, 226, 212), paint(168, 34, 36), stripes);
  const shade = FRUITS.reduce((light, one) => light * shadow(one, x + 0.5, below + 0.26), 1);
  return lit(colour, clamp(0.8 + 0.5 * fold, 0.2, 1.3) * weave * shade);
}

/** Light left beside and under a fruit: a soft ellipse to the lower right of its foot. */
function shadow({ x, y, radius }: Fruit, u: number, v: number): number {
  const dx = (u - x - 0.35 * radius) / (1.25 * radius);
  const dy = (v - y - 0.82 * radius) / (0.42 * radius);
  const distance = dx * dx + dy * dy;
  return 1 - 0.75 / (1 + distance * distance * distance);
}

/** Discs of light out of focus. */
function paintBokeh(canvas: Canvas, draws: Draws, edge: number): void {
  const { width, height } = canvas;
  for (let disc = 0; disc < 46; disc++) {
    const [x0, y0] = [draws.between(0, width), draws.between(-0.05, edge) * height];
    const radius = draws.between(0.018, 0.06) * width;
    const colour = lit(
      draws.pick([
        paint(240, 220, 160),
        paint(150, 190, 120),
        paint(230, 170, 110),
      ]),
      draws.between(0.15, 0.6),
    );
    canvas.visit([x0 - radius, y0 - radius, x0 + radius, y0 + radius], (x, y, at) => {
      if (y > edge * height) return;
      const distance = Math.sqrt((x - x0) * (x - x0) + (y - y0) * (y - y0)) / radius;
      const cover = (0.35 + 0.25 * distance) * (1 - step(0.86, 1, distance));
      canvas.put(at, colour, cover);
    });
  }
}

function paintOne(canvas: Canvas, noise: Noise, one: Fruit): void {
  const { width, height } = canvas;
  const radius = one.radius * width, x0 = one.x * width, y0 = one.y * height;
  canvas.visit([x0 - radius, y0 - radius, x0 + radius, y0 + radius], (x, y, at) => {
    const nx = (x - x0) / radius, ny = (y - y0) / radius;
    const square = nx * nx + ny * ny;
    if (square >= 1) return;
    const nz = Math.sqrt(1 - square);
    // stereographic: texture is dense at the rim, as on a ball
    const [tx, ty] = [nx / (1 + nz), ny / (1 + nz)];
    const cheek = step(-0.3, 0.5, noise.fractal(1.5 * tx + 9 * one.x, 1.5 * ty, 3, 0.6) + 0.5 * tx);
    const pores = noise.fractal(14 * tx + 5 * one.y, 14 * ty, 4, 0.8);
    const facing = nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2];
    const bounce = 0.1 * clamp(ny, 0, 1); // light that comes back from the cloth
    const light = 0.1 + bounce + 1.05 * clamp(facing + 0.06 * one.speckle * pores, 0, 2);
    const skin = between(one.skin, one.cheek, cheek);
    const mirror = 2 * facing * nz - LIGHT[2];
    const shine = 2.4 * one.gloss * highlight(mirror);
    const body = lit(skin, light * (1 + 0.22 * one.speckle * pores));
    const stalk = mix(
      1,
      0.25,
      1 - step(0.04, 0.12, Math.sqrt(tx * tx + (ty + 0.42) * (ty + 0.42))),
    );
    canvas.put(at, add(lit(body, stalk), [shine, shine, shine]));
  });
}

/** mirror^32 for positive ones, by squaring. */
function highlight(mirror: number): number {
  let power = clamp(mirror, 0, 1);
  for (let square = 0; square < 5; square++) power *= power;
  return power;
}
