/**
 * A town by the water after sunset: dark smooth areas, points of light, a rippled reflection.
 *
 * @module
 */
import type { RandomKey } from "../../../core/random.ts";
import { add, between, type Colour, lit, paint } from "./colour.ts";
import type { Canvas } from "./canvas.ts";
import { Draws } from "./draws.ts";
import { clamp, mix, Noise, step } from "./noise.ts";

const NIGHT = paint(30, 42, 84), DUSK = paint(150, 92, 110), GLOW = paint(246, 166, 92);
const LAMPS: readonly Colour[] = [paint(255, 220, 150), paint(255, 240, 210), paint(255, 190, 110)];

interface House {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly wall: Colour;
  /** Windows are cells of this many pixels. */
  readonly cell: number;
  readonly seed: number;
}

/** Paints the scene. */
export function paintHarbour(canvas: Canvas, key: RandomKey): void {
  const noise = new Noise(key.derive("noise")), draws = new Draws(key.derive("town"));
  const { width, height } = canvas;
  const shore = 0.6 * height;
  const houses = build(draws, width, shore);
  const above = (x: number, y: number): Colour => {
    const house = houses.find(({ left, right, top }) => x > left && x < right && y > top);
    return house ? houseAt(noise, house, x, y) : sky(noise, x / width, y / shore);
  };
  canvas.paint((x, y) => {
    if (y < shore) return above(x, y);
    const far = 30 / (y - shore + 6);
    const ripple = noise.fractal(x * far / 60, (y - shore) * far / 2.2, 4, 0.65);
    const mirrored = clamp(2 * shore - y - 34 * ripple * (1.3 - far / 5) - 2, 0, shore - 0.5);
    const colour = above(x + 16 * ripple, mirrored);
    const sheen = 0.62 + 0.5 * ripple;
    return between(lit(colour, clamp(sheen, 0.15, 1.2)), NIGHT, 0.22);
  });
  lampsAlongShore(canvas, draws, shore);
  moorBoat(canvas, shore);
}

function sky(noise: Noise, x: number, y: number): Colour {
  const fall = clamp(y + 0.15 * (x - 0.5), 0, 1);
  const air = fall < 0.55
    ? between(NIGHT, DUSK, fall / 0.55)
    : between(DUSK, GLOW, (fall - 0.55) / 0.45);
  const veil = noise.fractal(2.4 * x, 11 * y + x, 5, 0.55);
  return between(air, lit(GLOW, 0.5 + fall), 0.4 * step(0.05, 0.6, veil) * fall);
}

/** Rows of houses from the front to the back; the first that covers a point is seen. */
function build(draws: Draws, width: number, shore: number): House[] {
  const houses: House[] = [];
  for (const [row, tallest] of [0.28, 0.5, 0.78].entries()) {
    for (let left = -10; left < width;) {
      const right = left + draws.between(12, 34);
      const dark = mix(0.5, 1.5, row / 2) * draws.between(0.7, 1.2);
      houses.push({
        left,
        right,
        top: shore * (1 - tallest * draws.between(0.45, 1)),
        wall: lit(paint(44, 40, 58), dark),
        cell: draws.between(3.2, 6),
        seed: draws.between(0, 60),
      });
      left = right + (draws.uniform() < 0.3 ? draws.between(2, 14) : 0);
    }
  }
  return houses;
}

function houseAt(noise: Noise, house: House, x: number, y: number): Colour {
  const [u, v] = [(x - house.left) / house.cell, (y - house.top) / (1.4 * house.cell)];
  const [column, row] = [Math.floor(u), Math.floor(v)];
  const hole = Math.abs(u - column - 0.5) < 0.28 && Math.abs(v - row - 0.5) < 0.3 && v > 0.8;
  const plaster = 1 + 0.35 * noise.fractal(x / 7, y / 7, 3, 0.7);
  if (!hole) {
    return lit(house.wall, plaster * (1 + 0.4 * (x - house.left) / (house.right - house.left)));
  }
  const life = noise.at(column * 0.79 + house.seed, row * 0.83 + 0.4);
  if (life < 0.08) return lit(house.wall, 0.45);
  return lit(LAMPS[Math.floor(clamp(life * 9, 0, 2.99))] as Colour, 0.35 + 1.5 * life);
}

/** Lamps with a halo, and their streak on the water. */
function lampsAlongShore(canvas: Canvas, draws: Draws, shore: number): void {
  for (let x0 = 9; x0 < canvas.width; x0 += draws.between(17, 40)) {
    const colour = draws.pick(LAMPS), y0 = shore - draws.between(6, 9);
    canvas.visit([x0 - 26, y0 - 26, x0 + 26, y0 + 60], (x, y, at) => {
      const dx = x - x0, dy = y < shore ? y - y0 : 0.22 * (y - shore);
      const distance = (dx * dx + dy * dy) / 1.6;
      const halo = (y < shore ? 1.3 : 0.35) / (1 + distance * (1 + distance / 30));
      const below = canvas.light.subarray(at, at + 3);
      const lamp = lit(colour, halo);
      canvas.put(at, add([below[0] as number, below[1] as number, below[2] as number], lamp));
    });
  }
}

/** A sailing boat at anchor: thin lines before the bright sky. */
function moorBoat(canvas: Canvas, shore: number): void {
  const x0 = 0.68 * canvas.width, keel = shore + 26;
  const hull = paint(120, 34, 34), trim = paint(226, 214, 196), wire = paint(20, 20, 28);
  canvas.visit([x0 - 40, keel - 130, x0 + 40, keel + 2], (x, y, at) => {
    const u = x - x0, v = y - keel; // v < 0 above the water
    const inHull = v > -11 && v < 0 && u > -31 - 0.7 * v && u < 30 - 0.9 * v - 0.06 * v * v;
    const mast = Math.abs(u) < 0.9 && v < 0 && v > -122;
    const stay = Math.abs(u - (v + 122) * 0.27) < 0.35 && v > -122 && v < -8;
    const backStay = Math.abs(u + (v + 122) * 0.24) < 0.35 && v > -122 && v < -8;
    const boom = Math.abs(v + 22) < 1.6 && u < 0 && u > -26;
    if (inHull) canvas.put(at, v < -8 ? trim : lit(hull, 1 + 0.06 * v));
    else if (mast || boom) canvas.put(at, lit(trim, 0.6));
    else if (stay || backStay) canvas.put(at, wire, 0.8);
  });
}
