/**
 * Leaves on a forest floor: the dead-leaves model, from the nearest leaf down until all is covered.
 *
 * @module
 */
import type { RandomKey } from "../../../core/random.ts";
import { type Colour, lit, paint } from "./colour.ts";
import type { Canvas } from "./canvas.ts";
import { Draws } from "./draws.ts";
import { clamp, Noise, triangle } from "./noise.ts";

const PALETTE: readonly Colour[] = [
  paint(176, 138, 62),
  paint(140, 92, 44),
  paint(112, 122, 52),
  paint(86, 112, 58),
  paint(196, 96, 40),
  paint(150, 52, 36),
  paint(206, 176, 98),
  paint(98, 74, 52),
];

const LEAST = 2.2, MOST = 85, MOST_LEAVES = 9000;

/** Paints the scene. */
export function paintLeaves(canvas: Canvas, key: RandomKey): void {
  const draws = new Draws(key.derive("leaves")), noise = new Noise(key.derive("texture"));
  const free = new Uint8Array(canvas.columns * canvas.rows).fill(1);
  let left = free.length;
  for (let leaf = 0; leaf < MOST_LEAVES && left > 0; leaf++) {
    const depth = 0.3 + 0.7 * left / free.length; // what lies under others is in their shade
    left -= paintLeaf(canvas, free, draws, noise, depth);
  }
  canvas.visit([0, 0, canvas.width, canvas.height], (_x, _y, at) => {
    if (free[at / 3]) canvas.put(at, paint(28, 22, 18));
  });
}

/** Paints one leaf where nothing is yet; returns how many samples it took. */
function paintLeaf(
  canvas: Canvas,
  free: Uint8Array,
  draws: Draws,
  noise: Noise,
  depth: number,
): number {
  const length = draws.radius(LEAST, MOST);
  const width = length * draws.between(0.25, 0.6);
  const [cx, cy] = [draws.between(-20, canvas.width + 20), draws.between(-20, canvas.height + 20)];
  const [ux, uy] = draws.direction();
  const colour = lit(draws.pick(PALETTE), draws.between(0.7, 1.5) * depth);
  const slant = draws.between(-0.35, 0.35), curl = draws.between(-0.25, 0.25);
  const veins = draws.between(4, 9), seed = draws.between(0, 60);
  let taken = 0;
  canvas.visit([cx - length, cy - length, cx + length, cy + length], (x, y, at) => {
    if (!free[at / 3]) return;
    const s = ((x - cx) * ux + (y - cy) * uy) / length; // -1 stalk, 1 tip
    if (s <= -1 || s >= 1) return;
    const t = ((y - cy) * ux - (x - cx) * uy) / length - curl * (1 - s * s);
    const half = (width / length) * (1 - s * s) * (1 - 0.35 * s);
    const across = t / half;
    if (across < -1 || across > 1) return;
    const side = across < 0 ? 1 + slant : 1 - slant;
    const round = 1 - 0.3 * across * across + 0.15 * s;
    const side_vein = triangle(veins * (s + 0.5 * Math.abs(t)));
    const vein = Math.abs(t) * length < 0.5 ? 1.35 : 0.93 + 0.14 * side_vein * side_vein;
    const spots = 1 + 0.5 * noise.fractal(x * 0.11 + seed, y * 0.11, 4, 0.75);
    canvas.put(at, lit(colour, clamp(side * round * vein * spots, 0.05, 2)));
    free[at / 3] = 0;
    taken++;
  });
  return taken;
}
