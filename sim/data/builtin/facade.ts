/**
 * A brick house in low sun: regular fine texture, straight edges at all scales, deep shadow.
 *
 * @module
 */
import type { RandomKey } from "../../../core/random.ts";
import { between, type Colour, lit, paint } from "./colour.ts";
import type { Canvas } from "./canvas.ts";
import { clamp, mix, Noise, step, triangle } from "./noise.ts";

const BRICK = paint(160, 84, 62), BURNT = paint(112, 56, 50), MORTAR = paint(186, 176, 160);
const FRAME = paint(236, 232, 220), SHUTTER = paint(52, 92, 92), STONE = paint(170, 164, 152);
const COURSE = 6.4, BRICK_LENGTH = 21;

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Two storeys of two windows each. */
const WINDOWS: readonly Box[] = [28, 196].flatMap((top) =>
  [52, 164].map((left) => ({ left, top, width: 44, height: 96 }))
);

/** Paints the scene. */
export function paintFacade(canvas: Canvas, key: RandomKey): void {
  const noise = new Noise(key.derive("noise"));
  const pavement = canvas.height - 38;
  canvas.paint((x, y) => {
    // a roof across the street keeps the sun from what lies right of and below a slanted line
    const sun = mix(0.3, 1.15, step(-1.5, 1.5, 250 - y + 0.9 * (120 - x) + 8 * noise.at(x / 9, 4)));
    if (y > pavement) return lit(paving(noise, x - canvas.width / 2, y - pavement), 0.8 * sun);
    const opening = WINDOWS.find((box) => inside(box, x, y, 26, 10));
    const dirt = 1 + 0.25 * noise.fractal(x / 40, y / 70, 4, 0.6);
    const fallen = opening ? windowAt(noise, opening, x, y) : undefined;
    return lit(fallen ?? lit(bricks(noise, x, y), under(x, y)), sun * dirt);
  });
}

function inside(
  { left, top, width, height }: Box,
  x: number,
  y: number,
  dx: number,
  dy: number,
): boolean {
  return x > left - dx && x < left + width + dx && y > top - dy && y < top + height + dy;
}

/** Shade of sills and lintels on the wall below them. */
function under(x: number, y: number): number {
  const sill = WINDOWS.find((box) => inside(box, x, y, 4, 30) && y > box.top + box.height + 8);
  return sill ? mix(0.45, 1, clamp((y - sill.top - sill.height - 8) / 14, 0, 1)) : 1;
}

function bricks(noise: Noise, x: number, y: number): Colour {
  const course = Math.floor(y / COURSE);
  const along = x / BRICK_LENGTH + 0.5 * (course % 2) + 0.04 * noise.at(course * 0.7, 20);
  const brick = Math.floor(along);
  const [u, v] = [along - brick, y / COURSE - course];
  const rough = noise.fractal(x / 3.1, y / 3.1, 3, 0.8);
  const edge = 0.055 + 0.03 * rough;
  const joint = Math.min(u, 1 - u) * BRICK_LENGTH / COURSE < edge * 2 ||
    Math.min(v, 1 - v) < edge * 2;
  if (joint) return lit(MORTAR, v > 0.5 ? 0.75 : 0.55 + 0.2 * rough);
  const fired = noise.at(brick * 0.73 + 0.31, course * 0.61 + 0.17);
  const light = 0.85 + 0.5 * noise.at(brick * 0.37, course * 0.91 + 9) + 0.45 * rough;
  return lit(between(BRICK, BURNT, step(-0.35, 0.35, fired)), clamp(light, 0.3, 1.6));
}

/** Sill, lintel, shutters, frame and panes; nothing where the wall shows. */
function windowAt(noise: Noise, box: Box, x: number, y: number): Colour | undefined {
  const u = x - box.left, v = y - box.top;
  const grain = 1 + 0.2 * noise.fractal(x / 2.5, y / 14, 3, 0.7);
  if (v > box.height) {
    return u > -5 && u < box.width + 5 && v < box.height + 8
      ? stone(v - box.height, grain)
      : undefined;
  }
  if (v < 0) return u > -5 && u < box.width + 5 ? stone(v + 10, grain) : undefined;
  if (u < 0 || u > box.width) return shutter(u < 0 ? u + 26 : u - box.width, v, box.height, grain);
  const nearFrame = Math.min(u, box.width - u, v, box.height - v) < 3.2;
  const bar = Math.abs(u - box.width / 2) < 1.4 ||
    [1, 2, 3].some((part) => Math.abs(v - part * box.height / 4) < 1);
  if (nearFrame || bar) return lit(FRAME, (0.85 + 0.1 * grain) * (u < 3.2 || v < 3.2 ? 0.6 : 1));
  return pane(noise, u / box.width, v / box.height, x, y);
}

function stone(down: number, grain: number): Colour {
  return lit(STONE, grain * (down < 1.5 ? 1.25 : 0.95));
}

/** A shutter of slats; `u` runs over its 26 pixels. */
function shutter(u: number, v: number, height: number, grain: number): Colour | undefined {
  if (u < 2 || u > 24) return undefined;
  const rail = Math.min(u - 2, 24 - u) < 2.4 || Math.min(v, height - v) < 4 ||
    Math.abs(v - height / 2) < 2.5;
  if (rail) return lit(SHUTTER, 1.05 * grain);
  return lit(SHUTTER, grain * (0.35 + 0.85 * triangle(v / 3.6)));
}

/** Glass: the sky above and the houses across the street, a curtain behind. */
function pane(noise: Noise, u: number, v: number, x: number, y: number): Colour {
  const warp = 0.06 * noise.at(u * 5 + x / 60, v * 5);
  const roofs = 0.42 + 0.16 * noise.fractal(2.5 * (u + warp) + x / 50, 2, 3, 0.5);
  const mirrored = v + warp < roofs
    ? between(paint(120, 160, 206), paint(214, 222, 226), v / roofs)
    : paint(52, 46, 44);
  const curtain = Math.abs(u - 0.5) > 0.22 + 0.1 * v
    ? lit(paint(200, 192, 178), 0.35 + 0.3 * triangle(9 * u + 0.4 * noise.at(u * 7, y / 30)))
    : paint(22, 20, 20);
  return between(curtain, mirrored, 0.55);
}

function paving(noise: Noise, x: number, down: number): Colour {
  const far = 60 / (down + 12);
  const [slab, row] = [x * far / 60, 4.2 * far];
  const gap = Math.min(triangle(slab * 2), triangle(row * 2)) < 0.06 ? 0.45 : 1;
  const grit = noise.fractal(x * far / 5, 30 * far, 4, 0.8);
  const wear = noise.at(Math.floor(slab) * 0.7 + 0.3, Math.floor(row) * 0.7 + 40.3);
  return lit(STONE, gap * clamp(0.75 + 0.35 * grit + 0.3 * wear, 0.2, 1.5));
}
